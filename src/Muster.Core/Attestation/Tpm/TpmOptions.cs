namespace Muster.Core.Attestation.Tpm;

/// <summary>How TPMs are judged.</summary>
public sealed record TpmOptions
{
    /// <summary>Host name of the device endpoint; part of the text in a challenge that no client reads (tpm-attestation 7.1).</summary>
    public string DeviceEndpoint { get; init; } = "localhost";

    /// <summary>
    /// Whether the storage root key must have the attributes of a key that cannot leave its TPM. Without it a software key would do, and
    /// the device's owner could read the hub key (tpm-attestation 10.2).
    /// </summary>
    public bool RequiresStorageKey { get; init; } = true;

    /// <summary>How long a challenge waits for its answer; slow TPMs need some seconds for each step.</summary>
    public TimeSpan ChallengeLifetime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long an answered challenge may poll.</summary>
    public TimeSpan ProofLifetime { get; init; } = TimeSpan.FromHours(24);
}
