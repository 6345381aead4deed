using System.Security.Cryptography;

namespace Muster.Core.Attestation.Tpm;

/// <summary>
/// The registration ID that SDKs give a TPM for which the application chooses none (tpm-attestation 3): SHA-256 of the whole
/// TPM2B_PUBLIC of the endorsement key in base32, lower case, without padding. The service takes any other ID as well; this one only helps
/// people to see whether they typed what the device will say.
/// </summary>
public static class TpmRegistrationId
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";

    /// <summary>The ID, 52 characters.</summary>
    public static string Of(TpmPublicArea endorsementKey)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(endorsementKey.Encoded.Span, hash);
        Span<char> text = stackalloc char[((hash.Length * 8) + 4) / 5];
        for (var at = 0; at < text.Length; at++)
        {
            // Five bits from two neighbouring bytes; beyond the last one stand zeros.
            var bit = at * 5;
            var pair = (hash[bit / 8] << 8) | (bit / 8 + 1 < hash.Length ? hash[(bit / 8) + 1] : 0);
            text[at] = Alphabet[(pair >> (11 - (bit % 8))) & 31];
        }

        return new string(text);
    }
}
