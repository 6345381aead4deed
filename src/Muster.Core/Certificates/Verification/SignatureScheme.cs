using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Muster.Core.Certificates.Verification;

/// <summary>The AlgorithmIdentifier of a signature, understood.</summary>
/// <param name="Kind">How it is made.</param>
/// <param name="Hash">The hash; SHA-256 as a stand-in where <paramref name="Kind"/> is unsupported.</param>
/// <param name="Name">For people.</param>
/// <param name="IsWeakHash">Whether it is refused because of MD5 or SHA-1.</param>
public sealed record SignatureScheme(SignatureKind Kind, HashAlgorithmName Hash, string Name, bool IsWeakHash)
{
    private const string Pss = "1.2.840.113549.1.1.10";
    private const string Mgf1 = "1.2.840.113549.1.1.8";

    /// <summary>Reads an AlgorithmIdentifier.</summary>
    /// <exception cref="AsnContentException">It is malformed.</exception>
    public static SignatureScheme Read(ReadOnlyMemory<byte> encoded)
    {
        var algorithm = new AsnReader(encoded, AsnEncodingRules.DER).ReadSequence();
        var oid = algorithm.ReadObjectIdentifier();
        return oid switch
        {
            "1.2.840.113549.1.1.11" => Rsa(HashAlgorithmName.SHA256),
            "1.2.840.113549.1.1.12" => Rsa(HashAlgorithmName.SHA384),
            "1.2.840.113549.1.1.13" => Rsa(HashAlgorithmName.SHA512),
            "1.2.840.10045.4.3.2" => Ecdsa(HashAlgorithmName.SHA256),
            "1.2.840.10045.4.3.3" => Ecdsa(HashAlgorithmName.SHA384),
            "1.2.840.10045.4.3.4" => Ecdsa(HashAlgorithmName.SHA512),
            Pss => ReadPss(algorithm),
            "1.2.840.113549.1.1.5" => Refused("RSA with SHA-1", isWeak: true),
            "1.2.840.10045.4.1" => Refused("ECDSA with SHA-1", isWeak: true),
            "1.2.840.113549.1.1.4" => Refused("RSA with MD5", isWeak: true),
            "1.2.840.10040.4.3" => Refused("DSA with SHA-1", isWeak: true),
            _ => Refused(oid, isWeak: false),
        };
    }

    private static SignatureScheme Rsa(HashAlgorithmName hash) => new(SignatureKind.RsaPkcs1, hash, $"RSA with {hash.Name}", IsWeakHash: false);

    private static SignatureScheme Ecdsa(HashAlgorithmName hash) => new(SignatureKind.Ecdsa, hash, $"ECDSA with {hash.Name}", IsWeakHash: false);

    private static SignatureScheme Refused(string name, bool isWeak) =>
        new(SignatureKind.Unsupported, HashAlgorithmName.SHA256, name, isWeak);

    // RFC 4055: every parameter has a default, and all of them amount to SHA-1 with 20 bytes of salt.
    private static SignatureScheme ReadPss(AsnReader algorithm)
    {
        if (!algorithm.HasData) return Refused("RSA-PSS with SHA-1", isWeak: true);
        var parameters = algorithm.ReadSequence();
        string? hash = null, maskHash = null;
        var salt = 20;
        if (TryEnter(parameters, 0, out var value)) hash = value.ReadSequence().ReadObjectIdentifier();
        if (TryEnter(parameters, 1, out value))
        {
            var mask = value.ReadSequence();
            if (mask.ReadObjectIdentifier() != Mgf1) return Refused("RSA-PSS with an unknown mask", isWeak: false);
            maskHash = mask.ReadSequence().ReadObjectIdentifier();
        }

        if (TryEnter(parameters, 2, out value) && !value.TryReadInt32(out salt)) salt = -1;
        var name = hash switch
        {
            "2.16.840.1.101.3.4.2.1" => HashAlgorithmName.SHA256,
            "2.16.840.1.101.3.4.2.2" => HashAlgorithmName.SHA384,
            "2.16.840.1.101.3.4.2.3" => HashAlgorithmName.SHA512,
            _ => HashAlgorithmName.SHA1,
        };
        if (name == HashAlgorithmName.SHA1) return Refused("RSA-PSS with SHA-1", isWeak: true);
        var hashBytes = name == HashAlgorithmName.SHA256 ? 32 : name == HashAlgorithmName.SHA384 ? 48 : 64;

        // The platform verifies salts of the hash's length only, which is what RFC 4055 recommends.
        if (hash != maskHash) return Refused("RSA-PSS with two hashes", isWeak: false);
        return salt == hashBytes
            ? new(SignatureKind.RsaPss, name, $"RSA-PSS with {name.Name}", IsWeakHash: false)
            : Refused($"RSA-PSS with {salt} bytes of salt instead of {hashBytes}", isWeak: false);
    }

    private static bool TryEnter(AsnReader parameters, int number, out AsnReader value)
    {
        var tag = new Asn1Tag(TagClass.ContextSpecific, number, isConstructed: true);
        var isThere = parameters.HasData && parameters.PeekTag() == tag;
        value = isThere ? parameters.ReadSequence(tag) : parameters;
        return isThere;
    }
}
