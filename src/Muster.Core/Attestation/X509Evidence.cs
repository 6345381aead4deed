using Muster.Core.Certificates.Verification;

namespace Muster.Core.Attestation;

/// <summary>The certificates of a TLS handshake in which the device proved that it holds the leaf's key.</summary>
/// <param name="Leaf">DER of the device's certificate.</param>
/// <param name="Others">DER of whatever else was sent, in any order.</param>
public sealed record X509Evidence(ReadOnlyMemory<byte> Leaf, IReadOnlyList<ReadOnlyMemory<byte>> Others) : AttestationEvidence
{
    private PresentedChain? _chain;

    /// <inheritdoc/>
    public override AttestationType Type => AttestationType.X509;

    /// <summary>The certificates taken apart, once per connection.</summary>
    internal PresentedChain Decode(X509Options options) => _chain ??= PresentedChain.Decode(Leaf, Others, options);
}
