using Muster.Core.Errors;

namespace Muster.Core.Attestation.Tpm;

/// <summary>What a device with a TPM is told when it is not let in.</summary>
public static class TpmRefusals
{
    /// <summary>The text that comes with a challenge (tpm-attestation 5.1).</summary>
    public const string ChallengeText = "Authorization required, resend request using supplied key";

    /// <summary>The endorsement key is unreadable or not the enrolled one, or the storage root key does not do (tpm-attestation 4, 5.4).</summary>
    public static Refusal InvalidEndorsementKey { get; } =
        new(400004, "Endorsement key is invalid, or does not match the Enrollment.");

    /// <summary>The device must activate this key and sign with it.</summary>
    public static Refusal Challenge(ReadOnlyMemory<byte> activationBlob) => new(401002, ChallengeText) { TpmChallenge = activationBlob };

    /// <summary>The key of the identity in the hub is one that a TPM does not take.</summary>
    public static Refusal HubKeyDoesNotFit { get; } = new(500001, "The device's key in the hub cannot be loaded into a TPM.");
}
