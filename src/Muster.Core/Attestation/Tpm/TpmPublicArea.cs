using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Muster.Core.Attestation.Tpm;

/// <summary>
/// A TPM2B_PUBLIC: the public area of a TPM's storage key, as an endorsement key or storage root key is given. Parsed strictly:
/// sizes must add up, nothing may trail (tpm-attestation 3.1).
/// </summary>
public sealed class TpmPublicArea
{
    /// <summary>The longest structure that is looked at, in bytes; an RSA-4096 key takes less than 700.</summary>
    public const int MaxLength = 1024;

    private const ushort AlgRsa = 0x0001;
    private const ushort AlgAes = 0x0006;
    private const ushort AlgSha256 = 0x000B;
    private const ushort AlgSha384 = 0x000C;
    private const ushort AlgSha512 = 0x000D;
    private const ushort AlgNull = 0x0010;
    private const ushort AlgEcc = 0x0023;
    private const ushort AlgCfb = 0x0043;
    private const ushort CurveNistP256 = 0x0003;

    private TpmPublicArea(
        TpmKeyType type,
        ushort nameAlg,
        uint attributes,
        byte[] authPolicy,
        int symmetricKeyBits,
        uint exponent,
        byte[] unique,
        byte[] encoded)
    {
        Type = type;
        NameAlgorithm = nameAlg switch
        {
            AlgSha384 => HashAlgorithmName.SHA384,
            AlgSha512 => HashAlgorithmName.SHA512,
            _ => HashAlgorithmName.SHA256,
        };
        ObjectAttributes = attributes;
        AuthPolicy = authPolicy;
        SymmetricKeyBits = symmetricKeyBits;
        Exponent = exponent;
        Unique = unique;
        Encoded = encoded;
    }

    /// <summary>RSA, or ECC on P-256.</summary>
    public TpmKeyType Type { get; }

    /// <summary>The hash of the object's name and of its seed derivations: SHA-256, SHA-384 or SHA-512.</summary>
    public HashAlgorithmName NameAlgorithm { get; }

    /// <summary>The TPMA_OBJECT bits.</summary>
    public uint ObjectAttributes { get; }

    /// <summary>The policy digest; empty when there is none.</summary>
    public ReadOnlyMemory<byte> AuthPolicy { get; }

    /// <summary>AES key size of the inner wrapper: 128, 192 or 256.</summary>
    public int SymmetricKeyBits { get; }

    /// <summary>The effective RSA exponent; 0 for ECC.</summary>
    public uint Exponent { get; }

    /// <summary>RSA: the modulus, big-endian. ECC: x and y, 32 bytes each.</summary>
    public ReadOnlyMemory<byte> Unique { get; }

    /// <summary>The whole structure, its size field included.</summary>
    public ReadOnlyMemory<byte> Encoded { get; }

    /// <summary>The object's name: name algorithm and hash of the area without its size field.</summary>
    public byte[] Name() =>
        [.. Encoded.Span.Slice(4, 2), .. CryptographicOperations.HashData(NameAlgorithm, Encoded.Span[2..])];

    /// <summary>Reads standard Base64 of a TPM2B_PUBLIC.</summary>
    /// <param name="base64">The text as sent.</param>
    /// <param name="area">The public area; null on failure.</param>
    /// <param name="problem">A clause that completes "the member ..."; null on success.</param>
    public static bool TryParseBase64(string base64, out TpmPublicArea? area, out string? problem)
    {
        area = null;
        if (base64.Length > MaxLength * 4 / 3 + 4) return Fail("is too long for a TPM2B_PUBLIC.", out problem);
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var written)
            ? TryParse(bytes.AsSpan(0, written), out area, out problem)
            : Fail("is not Base64.", out problem);
    }

    /// <summary>Reads a TPM2B_PUBLIC.</summary>
    /// <param name="bytes">The structure and nothing else.</param>
    /// <param name="area">The public area; null on failure.</param>
    /// <param name="problem">A clause that completes "the member ..."; null on success.</param>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out TpmPublicArea? area, out string? problem)
    {
        area = null;
        var reader = new Reader(bytes);
        var size = reader.UInt16();
        if (bytes.Length is < 3 or > MaxLength || size != bytes.Length - 2)
            return Fail("is not a TPM2B_PUBLIC: its size field does not match its length.", out problem);

        var type = reader.UInt16();
        if (type is not (AlgRsa or AlgEcc)) return Fail("is not a TPM2B_PUBLIC of an RSA or ECC key.", out problem);
        var nameAlg = reader.UInt16();
        if (nameAlg is not (AlgSha256 or AlgSha384 or AlgSha512))
            return Fail("has a name algorithm other than SHA-256, SHA-384 and SHA-512.", out problem);
        var attributes = reader.UInt32();
        var authPolicy = reader.Sized();
        var symmetric = reader.UInt16();
        var symmetricKeyBits = reader.UInt16();
        var mode = reader.UInt16();
        if (symmetric != AlgAes || symmetricKeyBits is not (128 or 192 or 256) || mode != AlgCfb)
            return Fail("has a symmetric algorithm other than AES in CFB mode.", out problem);
        if (reader.UInt16() != AlgNull) return Fail("has a scheme; storage keys have none.", out problem);

        uint exponent = 0;
        ReadOnlySpan<byte> unique;
        byte[] key;
        if (type == AlgRsa)
        {
            var keyBits = reader.UInt16();
            exponent = reader.UInt32();
            if (exponent == 0) exponent = 65537;
            unique = reader.Sized();
            if (keyBits is not (2048 or 3072 or 4096) || unique.Length != keyBits / 8)
                return Fail("has a modulus that does not match its key size (2048, 3072 or 4096 bits).", out problem);
            if ((unique[0] & 0x80) == 0 || (unique[^1] & 1) == 0 || exponent < 3 || (exponent & 1) == 0)
                return Fail("has an impossible RSA modulus or exponent.", out problem);
            key = unique.ToArray();
        }
        else
        {
            var curve = reader.UInt16();
            var kdf = reader.UInt16();
            var x = reader.Sized();
            var y = reader.Sized();
            if (curve != CurveNistP256 || kdf != AlgNull) return Fail("has a curve other than P-256, or a key derivation.", out problem);
            if (x.Length != 32 || y.Length != 32 || !IsOnCurve(x, y)) return Fail("has a point that is not on P-256.", out problem);
            key = [.. x, .. y];
        }

        if (!reader.IsAtEnd) return Fail("is not a well-formed TPM2B_PUBLIC: its parts do not fill it exactly.", out problem);
        var keyType = type == AlgRsa ? TpmKeyType.Rsa : TpmKeyType.Ecc;
        area = new TpmPublicArea(
            keyType, nameAlg, attributes, authPolicy.ToArray(), symmetricKeyBits, exponent, key, bytes.ToArray());
        problem = null;
        return true;
    }

    private static bool IsOnCurve(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y)
    {
        try
        {
            using var key = ECDiffieHellman.Create(new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                Q = new ECPoint { X = x.ToArray(), Y = y.ToArray() },
            });
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static bool Fail(string reason, out string? problem)
    {
        problem = reason;
        return false;
    }

    /// <summary>Reads big-endian fields; what is missing reads as zero or empty and spoils <see cref="IsAtEnd"/>.</summary>
    private ref struct Reader(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> _rest = bytes;
        private bool _failed;

        public readonly bool IsAtEnd => !_failed && _rest.IsEmpty;

        public ushort UInt16() => Take(2) is { Length: 2 } field ? BinaryPrimitives.ReadUInt16BigEndian(field) : (ushort)0;

        public uint UInt32() => Take(4) is { Length: 4 } field ? BinaryPrimitives.ReadUInt32BigEndian(field) : 0;

        public ReadOnlySpan<byte> Sized() => Take(UInt16());

        private ReadOnlySpan<byte> Take(int count)
        {
            if (_failed || _rest.Length < count)
            {
                _failed = true;
                return [];
            }

            var field = _rest[..count];
            _rest = _rest[count..];
            return field;
        }
    }
}
