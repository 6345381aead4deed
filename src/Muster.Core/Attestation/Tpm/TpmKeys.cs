namespace Muster.Core.Attestation.Tpm;

/// <summary>The public keys of one TPM, read.</summary>
/// <param name="Endorsement">The endorsement key, as enrolled.</param>
/// <param name="StorageRoot">The storage root key, as the device sent it.</param>
public sealed record TpmKeys(TpmPublicArea Endorsement, TpmPublicArea StorageRoot)
{
    /// <summary>The same as a device sends it.</summary>
    public TpmEvidence ToEvidence() =>
        new(Convert.ToBase64String(Endorsement.Encoded.Span), Convert.ToBase64String(StorageRoot.Encoded.Span));

    /// <summary>Whether both sides are the same keys, byte by byte.</summary>
    public bool AreSameAs(TpmKeys other) =>
        Endorsement.Encoded.Span.SequenceEqual(other.Endorsement.Encoded.Span)
        && StorageRoot.Encoded.Span.SequenceEqual(other.StorageRoot.Encoded.Span);
}
