using Muster.Core.Instances;
using Muster.Core.Registration;

namespace Muster.Core.Attestation;

/// <summary>What a verifier works on.</summary>
public sealed record AttestationContext
{
    /// <summary>The instance of the ID scope.</summary>
    public required ProvisioningInstance Instance { get; init; }

    /// <summary>The registration ID as presented; well-formed.</summary>
    public required string RegistrationId { get; init; }

    /// <summary>What the device presented.</summary>
    public required AttestationEvidence Evidence { get; init; }

    /// <summary>The device's source address; may be empty.</summary>
    public string RemoteAddress { get; init; } = "";

    /// <summary>The server's clock.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>How long after its end a credential still counts: the clock skew, more for polls (device-protocols 1.7).</summary>
    public required TimeSpan Grace { get; init; }

    /// <summary>The device's record, if it registered before.</summary>
    public RegistrationRecord? Record { get; init; }

    /// <summary>Collects the checks for the operator.</summary>
    public required AttemptTraceBuilder Trace { get; init; }
}
