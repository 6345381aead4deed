using System.Security.Cryptography;
using System.Text;
using Muster.Core.Secrets;

namespace Muster.Core.Attestation;

/// <summary>Device keys of a group: HMAC-SHA256 of the registration ID under the group key (behaviour B-6.3).</summary>
public static class SymmetricKeyDerivation
{
    /// <summary>Length of a derived key in bytes.</summary>
    public const int DerivedLength = HMACSHA256.HashSizeInBytes;

    /// <summary>Derives into <paramref name="deviceKey"/>, <see cref="DerivedLength"/> bytes.</summary>
    public static void Derive(ReadOnlySpan<byte> groupKey, string registrationId, Span<byte> deviceKey) =>
        HMACSHA256.HashData(groupKey, Encoding.UTF8.GetBytes(registrationId), deviceKey);

    /// <summary>The Base64 key that the device of <paramref name="registrationId"/> holds.</summary>
    public static string Derive(string groupKeyBase64, string registrationId)
    {
        Span<byte> key = stackalloc byte[DerivedLength];
        Derive(Convert.FromBase64String(groupKeyBase64), registrationId, key);
        return Convert.ToBase64String(key);
    }

    /// <summary>The pair derived from both keys of a group.</summary>
    public static SymmetricKeyPair Derive(SymmetricKeyPair groupKeys, string registrationId) => new(
        new Secret(Derive(groupKeys.Primary.Reveal(), registrationId)), new Secret(Derive(groupKeys.Secondary.Reveal(), registrationId)));
}
