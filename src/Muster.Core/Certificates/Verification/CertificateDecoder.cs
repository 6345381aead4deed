using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Muster.Core.Certificates.Verification;

/// <summary>Reads certificates as strict DER, without the platform's library: cheaper, and equal on every platform.</summary>
public static class CertificateDecoder
{
    private const string CommonName = "2.5.4.3";
    private const string KeyUsage = "2.5.29.15";
    private const string BasicConstraints = "2.5.29.19";

    // Those that a chain check either processes or may leave alone: key identifiers, alternative names, policies, extended usage,
    // distribution points. Name constraints are not among them: who demands them critically is refused, not ignored.
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        KeyUsage, BasicConstraints, "2.5.29.14", "2.5.29.17", "2.5.29.18", "2.5.29.31", "2.5.29.32", "2.5.29.35", "2.5.29.37",
        "1.3.6.1.5.5.7.1.1",
    };

    /// <summary>Reads <paramref name="der"/>.</summary>
    /// <param name="der">One certificate and nothing behind it.</param>
    /// <param name="certificate">The certificate; null on failure.</param>
    /// <param name="problem">Why it cannot be read, as a clause; null on success.</param>
    public static bool TryDecode(ReadOnlyMemory<byte> der, out DecodedCertificate? certificate, out string? problem)
    {
        certificate = null;
        problem = null;
        try
        {
            certificate = Decode(der);
        }
        catch (Exception exception) when (exception is AsnContentException or CryptographicException or ArgumentException or OverflowException)
        {
            problem = "it is not a well-formed X.509 certificate";
        }

        return certificate is not null;
    }

    private static DecodedCertificate Decode(ReadOnlyMemory<byte> der)
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

        var version = 1;
        var versionTag = new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true);
        if (body.PeekTag() == versionTag)
        {
            if (!body.ReadSequence(versionTag).TryReadInt32(out version) || version is < 0 or > 2) throw new AsnContentException("Unknown version.");
            version++;
        }

        var serial = body.ReadIntegerBytes();

        // The unsigned repetition of the algorithm must be that of the signed part.
        if (!body.ReadEncodedValue().Span.SequenceEqual(algorithm.Span)) throw new AsnContentException("The algorithms differ.");
        var issuer = body.ReadEncodedValue();
        var validity = body.ReadSequence();
        var notBefore = ReadTime(validity);
        var notAfter = ReadTime(validity);
        validity.ThrowIfNotEmpty();
        var subject = body.ReadEncodedValue();
        var key = PublicKeyInfo.Read(body.ReadEncodedValue());
        for (var id = 1; id <= 2; id++)
        {
            if (body.HasData && body.PeekTag().HasSameClassAndValue(new Asn1Tag(TagClass.ContextSpecific, id))) body.ReadEncodedValue();
        }

        var extensions = new Extensions();
        if (body.HasData)
        {
            if (version != 3) throw new AsnContentException("Only version 3 has extensions.");
            extensions.Read(body.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 3, isConstructed: true)));
            body.ThrowIfNotEmpty();
        }

        return new DecodedCertificate
        {
            Der = der,
            SignedPart = signedPart,
            Identity = Convert.ToHexString(SHA256.HashData(signedPart.Span)),
            Sha256Thumbprint = Convert.ToHexString(SHA256.HashData(der.Span)),
            Subject = subject,
            Issuer = issuer,
            CommonNames = ReadCommonNames(subject),
            SerialNumber = Convert.ToHexString(serial.Span),
            NotBefore = notBefore,
            NotAfter = notAfter,
            Key = key,
            SignatureScheme = SignatureScheme.Read(algorithm),
            Signature = signature,
            IsAuthority = extensions.IsAuthority,
            PathLength = extensions.PathLength,
            MaySignCertificates = extensions.Usage?.HasFlag(KeyUsages.KeyCertSign),
            MaySignRevocationLists = extensions.Usage?.HasFlag(KeyUsages.CrlSign),
            UnknownCriticalExtensions = extensions.UnknownCritical,
        };
    }

    internal static DateTimeOffset ReadTime(AsnReader reader) => reader.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime)
        ? reader.ReadUtcTime(twoDigitYearMax: 2049)
        : reader.ReadGeneralizedTime();

    private static List<string> ReadCommonNames(ReadOnlyMemory<byte> name)
    {
        var names = new List<string>(1);
        var parts = new AsnReader(name, AsnEncodingRules.DER).ReadSequence();
        while (parts.HasData)
        {
            var part = parts.ReadSetOf();
            while (part.HasData)
            {
                var attribute = part.ReadSequence();
                if (attribute.ReadObjectIdentifier() != CommonName) continue;
                var tag = attribute.PeekTag();
                names.Add(attribute.ReadCharacterString((UniversalTagNumber)tag.TagValue));
            }
        }

        return names;
    }

    [Flags]
    private enum KeyUsages
    {
        None = 0,
        KeyCertSign = 1 << 5,
        CrlSign = 1 << 6,
    }

    private sealed class Extensions
    {
        public bool? IsAuthority { get; private set; }

        public int? PathLength { get; private set; }

        public KeyUsages? Usage { get; private set; }

        public List<string> UnknownCritical { get; } = [];

        public void Read(AsnReader wrapper)
        {
            var list = wrapper.ReadSequence();
            wrapper.ThrowIfNotEmpty();
            var seen = new HashSet<string>(StringComparer.Ordinal);
            while (list.HasData)
            {
                var extension = list.ReadSequence();
                var oid = extension.ReadObjectIdentifier();
                var isCritical = extension.PeekTag() == Asn1Tag.Boolean && extension.ReadBoolean();
                var value = extension.ReadOctetString();
                extension.ThrowIfNotEmpty();
                if (!seen.Add(oid)) throw new AsnContentException("An extension is given twice.");
                switch (oid)
                {
                    case BasicConstraints: ReadBasicConstraints(value); break;
                    case KeyUsage: Usage = ReadKeyUsage(value); break;
                    default:
                        if (isCritical && !Known.Contains(oid)) UnknownCritical.Add(oid);
                        break;
                }
            }
        }

        private void ReadBasicConstraints(byte[] value)
        {
            var reader = new AsnReader(value, AsnEncodingRules.DER);
            var constraints = reader.ReadSequence();
            reader.ThrowIfNotEmpty();
            IsAuthority = constraints.HasData && constraints.PeekTag() == Asn1Tag.Boolean && constraints.ReadBoolean();
            if (!constraints.HasData) return;
            if (!constraints.TryReadInt32(out var length) || length < 0) throw new AsnContentException("A path length is a small number.");
            PathLength = length;
            constraints.ThrowIfNotEmpty();
        }

        private static KeyUsages ReadKeyUsage(byte[] value)
        {
            var bits = new AsnReader(value, AsnEncodingRules.DER).ReadBitString(out _);
            var usage = KeyUsages.None;

            // Bit 0 is the most significant one of the first byte.
            if (bits.Length > 0 && (bits[0] & 0x04) != 0) usage |= KeyUsages.KeyCertSign;
            if (bits.Length > 0 && (bits[0] & 0x02) != 0) usage |= KeyUsages.CrlSign;
            return usage;
        }
    }
}
