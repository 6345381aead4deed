using Muster.Core.Certificates.Revocation;
using Muster.Core.Enrollments;

namespace Muster.Core.Certificates.Verification;

/// <summary>A certificate that an instance holds: uploaded as a CA certificate, as a group's signing certificate, or both.</summary>
public sealed record TrustedCertificate
{
    /// <summary>The certificate.</summary>
    public required DecodedCertificate Certificate { get; init; }

    /// <summary>Names of the CA certificates that hold it; empty when it is only a group's.</summary>
    public required IReadOnlyList<string> CaNames { get; init; }

    /// <summary>Whether one of these is verified: only then does it anchor chains.</summary>
    public required bool IsAnchor { get; init; }

    /// <summary>The groups that name it, by upload or by reference, oldest first.</summary>
    public required IReadOnlyList<EnrollmentGroup> Groups { get; init; }

    /// <summary>Revocation checking of what it issued; null when it is off.</summary>
    public RevocationChecking? Revocation { get; init; }

    /// <summary>The list to check against; null until there is one.</summary>
    public RevocationList? RevocationList { get; init; }
}
