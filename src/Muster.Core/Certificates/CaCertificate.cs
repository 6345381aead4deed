using Muster.Core.Certificates.Revocation;

namespace Muster.Core.Certificates;

/// <summary>A CA certificate of an instance: a root or an intermediate that anchors device chains once it is verified (behaviour B-5).</summary>
public sealed record CaCertificate
{
    /// <summary>The instance.</summary>
    public required string InstanceName { get; init; }

    /// <summary>Name as first written; compared without case.</summary>
    public required string Name { get; init; }

    /// <summary>The certificate.</summary>
    public required EnrolledCertificate Certificate { get; init; }

    /// <summary>The content exactly as it was uploaded (management-api ).</summary>
    public required string UploadedText { get; init; }

    /// <summary>Whether possession of its key was proved, or asserted on upload. Only a verified one anchors chains.</summary>
    public bool IsVerified { get; init; }

    /// <summary>The code that a verification certificate must have as its common name; null when none waits.</summary>
    public string? VerificationCode { get; init; }

    /// <summary>When it was uploaded first.</summary>
    public required DateTimeOffset CreatedUtc { get; init; }

    /// <summary>When it was last written.</summary>
    public required DateTimeOffset UpdatedUtc { get; init; }

    /// <summary>Changes on every write, generating a code included.</summary>
    public required string ETag { get; init; }

    /// <summary>Revocation checking of what it issued; null means off, the default (behaviour B-4.9).</summary>
    public RevocationChecking? Revocation { get; init; }
}
