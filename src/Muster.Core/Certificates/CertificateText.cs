using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Muster.Core.Certificates;

/// <summary>
/// Reads a certificate from the texts that clients send: PEM, Base64 of DER, Base64 of PEM (service-api S-6.7 rule 3). The first
/// certificate of a PEM counts. Nothing is fetched or verified.
/// </summary>
public static class CertificateText
{
    /// <summary>The longest text that is looked at, in characters.</summary>
    public const int MaxLength = 32 * 1024;

    private const string CertificateLabel = "CERTIFICATE";

    /// <summary>Reads <paramref name="text"/>.</summary>
    /// <param name="text">The text as sent; white space around it and line ends of any kind do not matter.</param>
    /// <param name="certificate">The certificate; null on failure.</param>
    /// <param name="problem">A clause that completes "the member ..."; null on success.</param>
    /// <returns>False for anything but one readable X.509 certificate without a private key.</returns>
    public static bool TryParse(string text, out EnrolledCertificate? certificate, out string? problem)
    {
        certificate = null;
        if (text.Length > MaxLength) return Fail($"is longer than {MaxLength} characters.", out problem);

        text = text.Trim();
        byte[] der;
        if (LooksLikePem(text))
        {
            if (!TryReadPem(text, out der, out problem)) return false;
        }
        else
        {
            der = new byte[(text.Length / 4 * 3) + 3];
            if (text.Length == 0 || !Convert.TryFromBase64String(text, der, out var written) || written == 0)
                return Fail("must be a certificate as PEM text or as Base64 of DER.", out problem);
            der = der[..written];
            var inner = der[0] == 0x30 ? "" : Encoding.UTF8.GetString(der).Trim();
            if (LooksLikePem(inner) && !TryReadPem(inner, out der, out problem)) return false;
        }

        return TryLoad(der, out certificate, out problem);
    }

    /// <summary>
    /// Whether what was sent holds a private key: PEM of any kind, or Base64 of a PKCS#8, PKCS#1, SEC 1 or PKCS#12 structure. All of
    /// those begin with a version number, where a certificate begins with a sequence.
    /// </summary>
    public static bool HoldsPrivateKey(string text)
    {
        if (text.Contains("PRIVATE KEY-----", StringComparison.Ordinal)) return true;
        text = text.Trim();
        var bytes = new byte[(text.Length / 4 * 3) + 3];
        if (text.Length is 0 or > MaxLength * 4 || !Convert.TryFromBase64String(text, bytes, out var length)) return false;
        if (Encoding.UTF8.GetString(bytes.AsSpan(0, length)).Contains("PRIVATE KEY-----", StringComparison.Ordinal)) return true;
        try
        {
            var outer = new AsnReader(bytes.AsMemory(0, length), AsnEncodingRules.BER).ReadSequence();
            return outer.HasData && outer.PeekTag().HasSameClassAndValue(Asn1Tag.Integer);
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    private static bool LooksLikePem(string text) => text.Contains("-----BEGIN ", StringComparison.Ordinal);

    private static bool TryReadPem(string text, out byte[] der, out string? problem)
    {
        der = [];
        if (text.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
            return Fail("holds a private key; send the certificate alone.", out problem);

        for (var rest = text.AsSpan(); PemEncoding.TryFind(rest, out var fields); rest = rest[fields.Location.End..])
        {
            if (!rest[fields.Label].SequenceEqual(CertificateLabel)) continue;
            der = Convert.FromBase64String(rest[fields.Base64Data].ToString());
            problem = null;
            return true;
        }

        return Fail("holds no readable PEM block 'CERTIFICATE'.", out problem);
    }

    private static bool TryLoad(byte[] der, out EnrolledCertificate? certificate, out string? problem)
    {
        certificate = null;

        // Bytes behind the certificate would change the hash of what was sent but not of what is meant: they are refused.
        if (der.Length == 0 || der[0] != 0x30) return Fail("is not an X.509 certificate.", out problem);
        try
        {
            using var loaded = X509CertificateLoader.LoadCertificate(der);
            if (loaded.RawDataMemory.Length != der.Length) return Fail("has bytes behind the certificate.", out problem);
            certificate = new EnrolledCertificate(Convert.ToBase64String(der), X509CertificateInfo.From(loaded));
            problem = null;
            return true;
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException or FormatException)
        {
            return Fail("is not an X.509 certificate.", out problem);
        }
    }

    private static bool Fail(string reason, out string? problem)
    {
        problem = reason;
        return false;
    }
}
