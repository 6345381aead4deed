namespace Muster.Core.Attestation;

/// <summary>The public keys of a device's TPM, as sent with its first request.</summary>
/// <param name="EndorsementKey">Base64 of a TPM2B_PUBLIC.</param>
/// <param name="StorageRootKey">Base64 of a TPM2B_PUBLIC.</param>
public sealed record TpmEvidence(string EndorsementKey, string StorageRootKey) : AttestationEvidence
{
    /// <inheritdoc/>
    public override AttestationType Type => AttestationType.Tpm;
}
