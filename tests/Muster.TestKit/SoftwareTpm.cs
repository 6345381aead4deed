using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using Muster.Core.Attestation.Tpm;

namespace Muster.TestKit;

/// <summary>
/// What a TPM does with a wrapped key, done in software with keys of its own: it shares no code with the product, so that an error made
/// twice is not likely to be the same one.
/// </summary>
public sealed class SoftwareTpm
{
    private readonly RSA _endorsement = RSA.Create(2048);
    private readonly RSA _storageRoot = RSA.Create(2048);

    /// <summary>Makes a TPM with fresh keys.</summary>
    /// <param name="storageAttributes">Attributes of the storage root key.</param>
    public SoftwareTpm(uint storageAttributes = 0x00030472)
    {
        var policy = Convert.FromHexString("837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa");
        EndorsementKey = Area(_endorsement, 0x000300b2, policy);
        StorageRootKey = Area(_storageRoot, storageAttributes, []);
    }

    /// <summary>Base64 of the endorsement key's public area.</summary>
    public string EndorsementKey { get; }

    /// <summary>Base64 of the storage root key's public area.</summary>
    public string StorageRootKey { get; }

    /// <summary>Both, read.</summary>
    public TpmKeys Keys => TpmPublicArea.TryParseBase64(EndorsementKey, out var endorsement, out _)
        && TpmPublicArea.TryParseBase64(StorageRootKey, out var root, out _)
            ? new(endorsement!, root!)
            : throw new InvalidOperationException("The keys of the test cannot be read.");

    /// <summary>Activates, imports and loads a wrapped key.</summary>
    /// <returns>The HMAC key, which a real TPM would not show.</returns>
    /// <exception cref="CryptographicException">It was not made for this TPM, or it was changed.</exception>
    public byte[] Activate(byte[] blob)
    {
        var at = 0;
        var (credential, secret, duplicate, importSecret, area) = (Next(), Next(), Next(), Next(), Next());
        Next();
        if (at != blob.Length) throw new CryptographicException("The blob has more than six parts.");

        var rootName = Name(Convert.FromBase64String(StorageRootKey)[2..]);
        var identity = Open(OaepDecrypt(_endorsement, "IDENTITY", secret), credential, rootName);
        var innerKey = Sized(identity, 0);
        var name = Name(area);
        var wrappedInner = Open(OaepDecrypt(_storageRoot, "DUPLICATE", importSecret), duplicate, name);
        var inner = Cfb(innerKey, wrappedInner);
        var integrity = Sized(inner, 0);
        var sensitive = inner[(2 + integrity.Length)..];
        Check(SHA256.HashData([.. sensitive, .. name]), integrity);
        var body = Sized(sensitive, 0);
        if (body[0] != 0 || body[1] != 8 || Sized(body, 2).Length != 0) throw new CryptographicException("It is no HMAC key without a password.");
        var seed = Sized(body, 4);
        var key = Sized(body, 6 + seed.Length);
        Check(SHA256.HashData([.. seed, .. key]), area[^32..]);
        return key;

        byte[] Next()
        {
            var part = Sized(blob, at);
            at += 2 + part.Length;
            return part;
        }
    }

    private static byte[] Open(byte[] seed, byte[] wrapped, byte[] name)
    {
        var mac = Sized(wrapped, 0);
        var content = wrapped[(2 + mac.Length)..];
        Check(Hmac(Kdf(seed, "INTEGRITY", [], 256), [.. content, .. name]), mac);
        return Cfb(Kdf(seed, "STORAGE", name, 128), content);
    }

    private static byte[] Kdf(byte[] key, string label, byte[] context, int bits) =>
        Hmac(key, [0, 0, 0, 1, .. Encoding.ASCII.GetBytes(label), 0, .. context, 0, 0, (byte)(bits >> 8), (byte)bits])[..(bits / 8)];

    private static byte[] Hmac(byte[] key, byte[] content) => HMACSHA256.HashData(key, content);

    private static byte[] Cfb(byte[] key, byte[] content)
    {
        // Feedback of whole blocks by hand: each block is masked with the encryption of the ciphertext before it.
        using var aes = Aes.Create();
        aes.Key = key;
        var (before, clear) = (new byte[16], new byte[content.Length]);
        for (var at = 0; at < content.Length; at += 16)
        {
            var mask = aes.EncryptEcb(before, PaddingMode.None);
            for (var index = 0; index < Math.Min(16, content.Length - at); index++) clear[at + index] = (byte)(content[at + index] ^ mask[index]);
            if (at + 16 <= content.Length) before = content[at..(at + 16)];
        }

        return clear;
    }

    private static byte[] OaepDecrypt(RSA key, string label, byte[] encrypted)
    {
        var parameters = key.ExportParameters(includePrivateParameters: true);
        var number = BigInteger.ModPow(Number(encrypted), Number(parameters.D!), Number(parameters.Modulus!))
            .ToByteArray(isUnsigned: true, isBigEndian: true);
        byte[] encoded = [.. new byte[256 - number.Length], .. number];
        var seed = Mask(encoded[1..33], encoded[33..]);
        var block = Mask(encoded[33..], seed);
        Check(SHA256.HashData([.. Encoding.ASCII.GetBytes(label), 0]), block[..32]);
        var mark = Array.IndexOf(block, (byte)1, 32);
        return block[(mark + 1)..];
    }

    private static byte[] Mask(byte[] text, byte[] seed)
    {
        var masked = new byte[text.Length];
        for (var block = 0; block * 32 < text.Length; block++)
        {
            var mask = SHA256.HashData([.. seed, 0, 0, 0, (byte)block]);
            for (var index = block * 32; index < Math.Min(text.Length, (block + 1) * 32); index++) masked[index] = (byte)(text[index] ^ mask[index % 32]);
        }

        return masked;
    }

    private static BigInteger Number(byte[] bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static byte[] Sized(byte[] bytes, int at)
    {
        var size = BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(at));
        return bytes[(at + 2)..(at + 2 + size)];
    }

    private static byte[] Name(byte[] area) => [0x00, 0x0b, .. SHA256.HashData(area)];

    private static void Check(byte[] expected, byte[] given)
    {
        if (!expected.AsSpan().SequenceEqual(given)) throw new CryptographicException("The integrity check failed.");
    }

    private static string Area(RSA key, uint attributes, byte[] policy)
    {
        var bits = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bits, attributes);
        var modulus = key.ExportParameters(includePrivateParameters: false).Modulus!;
        byte[] area =
        [
            0x00, 0x01, 0x00, 0x0b, .. bits, 0x00, (byte)policy.Length, .. policy, 0x00, 0x06, 0x00, 0x80, 0x00, 0x43, 0x00, 0x10,
            0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, .. modulus,
        ];
        return Convert.ToBase64String([(byte)(area.Length >> 8), (byte)area.Length, .. area]);
    }
}
