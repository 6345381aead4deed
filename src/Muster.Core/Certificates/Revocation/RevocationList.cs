using System.Collections.Frozen;
using System.Formats.Asn1;
using System.Security.Cryptography;
using Muster.Core.Certificates.Verification;

namespace Muster.Core.Certificates.Revocation;

/// <summary>A certificate revocation list, RFC 5280 section 5: a complete one of one issuer. Delta, partitioned and indirect lists are refused.</summary>
public sealed record RevocationList
{
    private const string CrlNumber = "2.5.29.20";
    private const string ReasonCode = "2.5.29.21";
    private const string InvalidityDate = "2.5.29.24";
    private const string AuthorityKeyId = "2.5.29.35";

    /// <summary>Issuer, encoded.</summary>
    public required ReadOnlyMemory<byte> Issuer { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset ThisUpdate { get; init; }

    /// <summary>When the next one is due; null when it does not say.</summary>
    public DateTimeOffset? NextUpdate { get; init; }

    /// <summary>Serial numbers of the revoked certificates, upper-case hex of their bytes.</summary>
    public required FrozenSet<string> RevokedSerials { get; init; }

    /// <summary>The part that is signed.</summary>
    public required ReadOnlyMemory<byte> SignedPart { get; init; }

    /// <summary>How it is signed.</summary>
    public required SignatureScheme SignatureScheme { get; init; }

    /// <summary>The signature.</summary>
    public required ReadOnlyMemory<byte> Signature { get; init; }

    /// <summary>Whether it lists <paramref name="certificate"/>, which must be one of its issuer.</summary>
    public bool Revokes(DecodedCertificate certificate) => RevokedSerials.Contains(certificate.SerialNumber);

    /// <summary>Reads a list: DER, or a PEM file with a block <c>X509 CRL</c>.</summary>
    /// <param name="content">The file's bytes.</param>
    /// <param name="der">The DER part of it; empty on failure.</param>
    /// <param name="list">The list; null on failure.</param>
    /// <param name="problem">Why it cannot be read, as a clause; null on success.</param>
    public static bool TryRead(ReadOnlyMemory<byte> content, out ReadOnlyMemory<byte> der, out RevocationList? list, out string? problem)
    {
        list = null;
        problem = null;
        der = default;
        try
        {
            var bytes = FromPem(content) ?? content;
            list = Read(bytes);
            der = bytes;
        }
        catch (NotSupportedException exception)
        {
            problem = exception.Message;
        }
        catch (Exception exception) when (exception is AsnContentException or CryptographicException or ArgumentException or FormatException)
        {
            problem = "it is not a well-formed certificate revocation list";
        }

        return list is not null;
    }

    /// <summary>Why this is not a list that <paramref name="issuer"/> made, as a clause; null when it is.</summary>
    public string? ProblemWith(DecodedCertificate issuer, SignatureChecker signatures)
    {
        if (!Issuer.Span.SequenceEqual(issuer.Subject.Span))
            return $"it was issued by '{NameText.Of(Issuer)}', not by '{issuer.DisplayName}'";
        if (AlgorithmPolicy.ProblemOf(SignatureScheme) is { } weak) return weak;
        if (AlgorithmPolicy.ProblemOf(issuer.Key) is { } weakKey) return "the CA certificate cannot sign: " + weakKey;
        if (issuer.MaySignRevocationLists == false) return "the CA certificate's key usage does not include cRLSign";
        return signatures.Verify(issuer.Key, SignatureScheme, SignedPart.Span, Signature.Span) ? null : "the CA's key did not sign it";
    }

    private static byte[]? FromPem(ReadOnlyMemory<byte> content)
    {
        if (content.IsEmpty || content.Span[0] == 0x30) return null;
        var text = System.Text.Encoding.UTF8.GetString(content.Span);
        return PemEncoding.TryFind(text, out var fields) && text[fields.Label] is "X509 CRL"
            ? Convert.FromBase64String(text[fields.Base64Data])
            : throw new FormatException("There is no PEM block 'X509 CRL'.");
    }

    private static RevocationList Read(ReadOnlyMemory<byte> der)
    {
        var outer = new AsnReader(der, AsnEncodingRules.DER);
        var whole = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        var signedPart = whole.PeekEncodedValue();
        var body = whole.ReadSequence();
        var algorithm = whole.ReadEncodedValue();
        var signature = whole.ReadBitString(out var unused);
        whole.ThrowIfNotEmpty();
        if (unused != 0) throw new AsnContentException("A signature has whole bytes.");

        if (body.PeekTag() == Asn1Tag.Integer && (!body.TryReadInt32(out var version) || version != 1))
            throw new AsnContentException("Unknown version.");
        if (!body.ReadEncodedValue().Span.SequenceEqual(algorithm.Span)) throw new AsnContentException("The algorithms differ.");
        var issuer = body.ReadEncodedValue();
        var thisUpdate = CertificateDecoder.ReadTime(body);
        var nextUpdate = body.HasData && IsTime(body.PeekTag()) ? CertificateDecoder.ReadTime(body) : (DateTimeOffset?)null;
        var serials = body.HasData && body.PeekTag() == Asn1Tag.Sequence ? ReadEntries(body.ReadSequence()) : [];
        if (body.HasData)
        {
            var wrapper = body.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true));
            RefuseUnknownCritical(wrapper.ReadSequence(), CrlNumber, AuthorityKeyId);
            wrapper.ThrowIfNotEmpty();
            body.ThrowIfNotEmpty();
        }

        return new RevocationList
        {
            Issuer = issuer,
            ThisUpdate = thisUpdate,
            NextUpdate = nextUpdate,
            RevokedSerials = serials.ToFrozenSet(StringComparer.Ordinal),
            SignedPart = signedPart,
            SignatureScheme = SignatureScheme.Read(algorithm),
            Signature = signature,
        };
    }

    private static List<string> ReadEntries(AsnReader entries)
    {
        var serials = new List<string>();
        while (entries.HasData)
        {
            var entry = entries.ReadSequence();
            serials.Add(Convert.ToHexString(entry.ReadIntegerBytes().Span));
            CertificateDecoder.ReadTime(entry);
            if (entry.HasData) RefuseUnknownCritical(entry.ReadSequence(), ReasonCode, InvalidityDate);
            entry.ThrowIfNotEmpty();
        }

        return serials;
    }

    // Delta, issuing distribution point and certificate issuer are critical by RFC 5280: each would change what the list means.
    private static void RefuseUnknownCritical(AsnReader extensions, params ReadOnlySpan<string> known)
    {
        while (extensions.HasData)
        {
            var extension = extensions.ReadSequence();
            var oid = extension.ReadObjectIdentifier();
            var isCritical = extension.PeekTag() == Asn1Tag.Boolean && extension.ReadBoolean();
            extension.ReadOctetString();
            extension.ThrowIfNotEmpty();
            if (isCritical && !known.Contains(oid))
                throw new NotSupportedException($"it has the critical extension {oid}; only complete lists of one issuer are supported");
        }
    }

    private static bool IsTime(Asn1Tag tag) => tag.HasSameClassAndValue(Asn1Tag.UtcTime) || tag.HasSameClassAndValue(Asn1Tag.GeneralizedTime);
}
