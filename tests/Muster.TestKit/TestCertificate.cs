using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Muster.TestKit;

/// <summary>What a test certificate looks like; every default is that of a sound one.</summary>
public sealed record CertificateShape
{
    /// <summary>basicConstraints; null leaves the extension out.</summary>
    public bool? IsAuthority { get; init; }

    public int? PathLength { get; init; }

    /// <summary>keyUsage; null leaves the extension out.</summary>
    public X509KeyUsageFlags? Usage { get; init; }

    public TimeSpan Begins { get; init; } = TimeSpan.FromDays(-1);

    public TimeSpan Ends { get; init; } = TimeSpan.FromDays(365);

    /// <summary><c>P-256</c>, <c>P-384</c>, <c>P-521</c>, <c>RSA-2048</c>, <c>RSA-1024</c>, ...</summary>
    public string Key { get; init; } = "P-256";

    /// <summary>A key to certify instead of a fresh one.</summary>
    public AsymmetricAlgorithm? ExistingKey { get; init; }

    public HashAlgorithmName Hash { get; init; } = HashAlgorithmName.SHA256;

    public bool IsPss { get; init; }

    /// <summary>The issuer's name as written, where it shall not be the issuer's subject.</summary>
    public X500DistinguishedName? IssuerName { get; init; }

    public string? CriticalExtension { get; init; }

    /// <summary>Whether subject and issuer are told by key identifiers too, as most CAs do it.</summary>
    public bool HasKeyIdentifiers { get; init; }

    public static CertificateShape Authority { get; } = new()
    {
        IsAuthority = true,
        Usage = X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign,
    };
}

/// <summary>A certificate with its key that can issue others - also such as no CA should issue.</summary>
public sealed class TestCertificate
{
    private TestCertificate(byte[] der, AsymmetricAlgorithm key)
    {
        Der = der;
        PrivateKey = key;
    }

    public byte[] Der { get; }

    public AsymmetricAlgorithm PrivateKey { get; }

    public string Base64 => Convert.ToBase64String(Der);

    public string Pem => PemEncoding.WriteString("CERTIFICATE", Der);

    public string KeyPem => PrivateKey.ExportPkcs8PrivateKeyPem();

    public string Sha256 => Convert.ToHexString(SHA256.HashData(Der));

    public X500DistinguishedName Subject => WithoutKey().SubjectName;

    public static TestCertificate SelfSigned(string subject, CertificateShape? shape = null) => Make(Name(subject), null, shape ?? CertificateShape.Authority);

    public TestCertificate Issue(string subject, CertificateShape? shape = null) => Make(Name(subject), this, shape ?? new CertificateShape());

    public TestCertificate Issue(X500DistinguishedName subject, CertificateShape? shape = null) => Make(subject, this, shape ?? new CertificateShape());

    public TestCertificate IssueAuthority(string subject, CertificateShape? shape = null) =>
        Make(Name(subject), this, shape ?? CertificateShape.Authority);

    public X509Certificate2 WithoutKey() => X509CertificateLoader.LoadCertificate(Der);

    /// <summary>The certificate with its key, as a TLS client uses it.</summary>
    public X509Certificate2 WithKey()
    {
        using var bare = WithoutKey();
        return PrivateKey switch
        {
            RSA rsa => bare.CopyWithPrivateKey(rsa),
            ECDsa ec => bare.CopyWithPrivateKey(ec),
            _ => throw new InvalidOperationException("No such key."),
        };
    }

    /// <summary>A revocation list of this CA.</summary>
    public byte[] RevocationList(DateTimeOffset? thisUpdate, DateTimeOffset nextUpdate, params IReadOnlyList<TestCertificate> revoked)
    {
        var builder = new CertificateRevocationListBuilder();
        foreach (var certificate in revoked)
        {
            using var bare = certificate.WithoutKey();
            builder.AddEntry(bare.SerialNumberBytes.Span);
        }

        return builder.Build(
            Subject, Generator(PrivateKey, isPss: false, HashAlgorithmName.SHA256), 1, nextUpdate, HashAlgorithmName.SHA256,
            X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(SHA256.HashData(Der).AsSpan(0, 20)), thisUpdate);
    }

    /// <summary>
    /// The same certificate in another valid encoding: an ECDSA signature (r, s) also verifies as (r, n - s), and anybody can write it.
    /// </summary>
    public byte[] WithOtherSignature()
    {
        var outer = new System.Formats.Asn1.AsnReader(Der, System.Formats.Asn1.AsnEncodingRules.DER).ReadSequence();
        var signedPart = outer.ReadEncodedValue();
        var algorithm = outer.ReadEncodedValue();
        var pair = new System.Formats.Asn1.AsnReader(outer.ReadBitString(out _), System.Formats.Asn1.AsnEncodingRules.DER).ReadSequence();
        var r = pair.ReadInteger();
        var s = pair.ReadInteger();
        var order = System.Numerics.BigInteger.Parse(
            "0FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551", System.Globalization.NumberStyles.HexNumber);
        var signature = new System.Formats.Asn1.AsnWriter(System.Formats.Asn1.AsnEncodingRules.DER);
        using (signature.PushSequence())
        {
            signature.WriteInteger(r);
            signature.WriteInteger(order - s);
        }

        var whole = new System.Formats.Asn1.AsnWriter(System.Formats.Asn1.AsnEncodingRules.DER);
        using (whole.PushSequence())
        {
            whole.WriteEncodedValue(signedPart.Span);
            whole.WriteEncodedValue(algorithm.Span);
            whole.WriteBitString(signature.Encode());
        }

        return whole.Encode();
    }

    private static X500DistinguishedName Name(string subject) => new(subject);

    private static TestCertificate Make(X500DistinguishedName subject, TestCertificate? issuer, CertificateShape shape)
    {
        var key = shape.ExistingKey ?? NewKey(shape.Key);
        var request = key switch
        {
            RSA rsa => new CertificateRequest(subject, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            ECDsa ec => new CertificateRequest(subject, ec, HashAlgorithmName.SHA256),
            _ => throw new InvalidOperationException("No such key."),
        };
        if (shape.IsAuthority is { } isAuthority)
        {
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(
                isAuthority, shape.PathLength is not null, shape.PathLength ?? 0, critical: true));
        }

        if (shape.Usage is { } usage) request.CertificateExtensions.Add(new X509KeyUsageExtension(usage, critical: true));
        if (shape.CriticalExtension is { } oid) request.CertificateExtensions.Add(new X509Extension(oid, [0x05, 0x00], critical: true));

        if (shape.HasKeyIdentifiers)
        {
            request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
            if (issuer is not null)
            {
                using var above = issuer.WithoutKey();
                request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(
                    new X509SubjectKeyIdentifierExtension(above.PublicKey, critical: false)));
            }
        }

        var now = DateTimeOffset.UtcNow;
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] &= 0x7F;
        serial[0] |= 0x40;
        using var made = request.Create(
            shape.IssuerName ?? issuer?.Subject ?? subject,
            Generator(issuer?.PrivateKey ?? key, shape.IsPss, shape.Hash), now + shape.Begins, now + shape.Ends, serial);
        return new TestCertificate(made.RawData, key);
    }

    private static AsymmetricAlgorithm NewKey(string kind) => kind switch
    {
        "P-256" => ECDsa.Create(ECCurve.NamedCurves.nistP256),
        "P-384" => ECDsa.Create(ECCurve.NamedCurves.nistP384),
        "P-521" => ECDsa.Create(ECCurve.NamedCurves.nistP521),
        _ when kind.StartsWith("RSA-", StringComparison.Ordinal) => RSA.Create(int.Parse(kind.AsSpan(4))),
        _ => throw new ArgumentException(kind, nameof(kind)),
    };

    private static X509SignatureGenerator Generator(AsymmetricAlgorithm key, bool isPss, HashAlgorithmName hash) => key switch
    {
        RSA rsa when hash == HashAlgorithmName.SHA1 => new Sha1Generator(rsa),
        RSA rsa => X509SignatureGenerator.CreateForRSA(rsa, isPss ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1),
        ECDsa ec => X509SignatureGenerator.CreateForECDsa(ec),
        _ => throw new InvalidOperationException("No such key."),
    };

    // The platform makes no such signatures any more.
    private sealed class Sha1Generator(RSA key) : X509SignatureGenerator
    {
        public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm) =>
            [0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x05, 0x05, 0x00];

        public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm) =>
            key.SignData(data, HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1);

        protected override PublicKey BuildPublicKey() => new(key);
    }
}
