using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;

namespace Muster.Core.Certificates.Verification;

/// <summary>A public key as it stands in a certificate, known by its algorithm and size; it is made usable only where it must verify.</summary>
public sealed record PublicKeyInfo
{
    private const string RsaEncryption = "1.2.840.113549.1.1.1";
    private const string RsaPss = "1.2.840.113549.1.1.10";
    private const string EcPublicKey = "1.2.840.10045.2.1";

    /// <summary>Its kind.</summary>
    public required PublicKeyKind Kind { get; init; }

    /// <summary>Bits of the modulus or of the curve; 0 for other kinds.</summary>
    public required int Bits { get; init; }

    /// <summary>Name of the algorithm, or its object identifier.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256 of the SubjectPublicKeyInfo, upper-case hex: the key's identity.</summary>
    public required string Sha256 { get; init; }

    /// <summary>The SubjectPublicKeyInfo, DER.</summary>
    public required ReadOnlyMemory<byte> Encoded { get; init; }

    /// <summary>For RSA the RSAPublicKey structure, DER; else empty.</summary>
    public ReadOnlyMemory<byte> RsaKey { get; init; }

    /// <summary>Reads a SubjectPublicKeyInfo.</summary>
    /// <exception cref="AsnContentException">It is malformed.</exception>
    public static PublicKeyInfo Read(ReadOnlyMemory<byte> encoded)
    {
        var outer = new AsnReader(encoded, AsnEncodingRules.DER);
        var info = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        var algorithm = info.ReadSequence();
        var oid = algorithm.ReadObjectIdentifier();
        var key = info.ReadBitString(out _);
        info.ThrowIfNotEmpty();

        var (kind, bits, name) = oid switch
        {
            RsaEncryption or RsaPss => (PublicKeyKind.Rsa, RsaBits(key), "RSA"),
            EcPublicKey => Curve(algorithm),
            _ => (PublicKeyKind.Other, 0, oid),
        };
        return new PublicKeyInfo
        {
            Kind = kind,
            Bits = bits,
            Name = name,
            Sha256 = Convert.ToHexString(SHA256.HashData(encoded.Span)),
            Encoded = encoded,
            RsaKey = kind == PublicKeyKind.Rsa ? key : default(ReadOnlyMemory<byte>),
        };
    }

    private static int RsaBits(byte[] key)
    {
        var reader = new AsnReader(key, AsnEncodingRules.DER);
        var modulus = reader.ReadSequence().ReadIntegerBytes();
        return (int)Math.Min(new BigInteger(modulus.Span, isUnsigned: false, isBigEndian: true).GetBitLength(), int.MaxValue);
    }

    private static (PublicKeyKind Kind, int Bits, string Name) Curve(AsnReader algorithm)
    {
        // Curves that are spelled out instead of named are how forged keys pass for known ones.
        if (!algorithm.HasData || algorithm.PeekTag() != Asn1Tag.ObjectIdentifier) return (PublicKeyKind.Other, 0, "EC with explicit parameters");
        return algorithm.ReadObjectIdentifier() switch
        {
            "1.2.840.10045.3.1.7" => (PublicKeyKind.EllipticCurve, 256, "P-256"),
            "1.3.132.0.34" => (PublicKeyKind.EllipticCurve, 384, "P-384"),
            "1.3.132.0.35" => (PublicKeyKind.EllipticCurve, 521, "P-521"),
            var curve => (PublicKeyKind.Other, 0, "EC " + curve),
        };
    }
}
