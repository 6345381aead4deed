using Muster.Core.Attestation;
using Muster.Protocols.Sas;

namespace Muster.DeviceApi.Wire;

/// <summary>A token as evidence, the same on every transport.</summary>
internal static class SasEvidence
{
    /// <summary>The evidence that <paramref name="token"/> is.</summary>
    public static SymmetricKeyEvidence From(SasToken token) => new()
    {
        Resource = token.Resource,
        KeyName = token.KeyName,
        ExpiresAt = DateTimeOffset.FromUnixTimeSeconds(Math.Min(token.ExpiresAtUnixSeconds, DateTimeOffset.MaxValue.ToUnixTimeSeconds())),
        SignedText = token.SignedText,
        Signature = token.Signature,
    };
}
