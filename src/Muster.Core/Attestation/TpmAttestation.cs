namespace Muster.Core.Attestation;

/// <summary>A TPM known by its endorsement public key; individual enrollments only (service-api S-6.6).</summary>
/// <param name="EndorsementKey">Base64 of a TPM2B_PUBLIC, verbatim.</param>
/// <param name="StorageRootKey">Base64 of a TPM2B_PUBLIC, verbatim; stored and returned, never compared.</param>
public sealed record TpmAttestation(string EndorsementKey, string? StorageRootKey) : AttestationMechanism
{
    /// <inheritdoc/>
    public override AttestationType Type => AttestationType.Tpm;
}
