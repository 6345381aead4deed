using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace Muster.Core.Attestation.Tpm;

/// <summary>The primitives of TPM 2.0 that the base class library has in no form that fits (tpm-attestation 8).</summary>
internal static class TpmCrypto
{
    private const int AesBlock = 16;

    /// <summary>KDFa: HMAC in counter mode over label and contexts.</summary>
    public static byte[] KdfA(
        HashAlgorithmName hash, ReadOnlySpan<byte> key, string label, ReadOnlySpan<byte> contextU, ReadOnlySpan<byte> contextV, int bits)
    {
        var output = new List<byte>(bits / 8);
        for (uint counter = 1; output.Count < bits / 8; counter++)
        {
            byte[] block = [.. BigEndian(counter), .. Encoding.ASCII.GetBytes(label), 0, .. contextU, .. contextV, .. BigEndian((uint)bits)];
            output.AddRange(Hmac(hash, key, block));
        }

        return [.. output[..(bits / 8)]];
    }

    /// <summary>KDFe: one hash over the shared secret of a key agreement, for digests no longer than the hash.</summary>
    public static byte[] KdfE(
        HashAlgorithmName hash, ReadOnlySpan<byte> secret, string label, ReadOnlySpan<byte> partyU, ReadOnlySpan<byte> partyV) =>
        CryptographicOperations.HashData(hash, [.. BigEndian(1), .. secret, .. Encoding.ASCII.GetBytes(label), 0, .. partyU, .. partyV]);

    /// <summary>HMAC.</summary>
    public static byte[] Hmac(HashAlgorithmName hash, ReadOnlySpan<byte> key, ReadOnlySpan<byte> data) =>
        CryptographicOperations.HmacData(hash, key, data);

    /// <summary>AES in CFB mode with whole-block feedback from a zero vector; the output is as long as the input.</summary>
    public static byte[] EncryptCfb(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data)
    {
        // The library takes whole blocks only; a stream mode may be cut off anywhere.
        var padded = new byte[(data.Length + AesBlock - 1) / AesBlock * AesBlock];
        data.CopyTo(padded);
        using var aes = Aes.Create();
        aes.Key = key.ToArray();
        return aes.EncryptCfb(padded, new byte[AesBlock], PaddingMode.None, AesBlock * 8)[..data.Length];
    }

    /// <summary>RSAES-OAEP with a label, which the library's RSA does not take, by the hash of the key's names.</summary>
    public static byte[] EncryptOaep(TpmPublicArea key, string label, ReadOnlySpan<byte> message, ReadOnlySpan<byte> seed)
    {
        var hash = key.NameAlgorithm;
        var size = key.Unique.Length;
        var labelHash = CryptographicOperations.HashData(hash, [.. Encoding.ASCII.GetBytes(label), 0]);
        var block = new byte[size - labelHash.Length - 1];
        labelHash.CopyTo(block.AsSpan());
        message.CopyTo(block.AsSpan(block.Length - message.Length));
        block[^(message.Length + 1)] = 1;
        Xor(block, Mgf1(hash, seed, block.Length));
        var maskedSeed = seed.ToArray();
        Xor(maskedSeed, Mgf1(hash, block, maskedSeed.Length));

        var encoded = new BigInteger([0, .. maskedSeed, .. block], isUnsigned: true, isBigEndian: true);
        var modulus = new BigInteger(key.Unique.Span, isUnsigned: true, isBigEndian: true);
        var encrypted = BigInteger.ModPow(encoded, key.Exponent, modulus).ToByteArray(isUnsigned: true, isBigEndian: true);
        var output = new byte[size];
        encrypted.CopyTo(output.AsSpan(size - encrypted.Length));
        return output;
    }

    /// <summary>The mask generation function of OAEP.</summary>
    public static byte[] Mgf1(HashAlgorithmName hash, ReadOnlySpan<byte> seed, int length)
    {
        var output = new List<byte>(length);
        for (uint counter = 0; output.Count < length; counter++)
            output.AddRange(CryptographicOperations.HashData(hash, [.. seed, .. BigEndian(counter)]));
        return [.. output[..length]];
    }

    /// <summary>A TPM2B: two bytes of length, then the content.</summary>
    public static byte[] Sized(ReadOnlySpan<byte> content) => [(byte)(content.Length >> 8), (byte)content.Length, .. content];

    /// <summary>The length in bytes of a hash.</summary>
    public static int DigestBytes(HashAlgorithmName hash) => CryptographicOperations.HashData(hash, []).Length;

    private static byte[] BigEndian(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    private static void Xor(Span<byte> target, ReadOnlySpan<byte> mask)
    {
        for (var index = 0; index < target.Length; index++) target[index] ^= mask[index];
    }
}
