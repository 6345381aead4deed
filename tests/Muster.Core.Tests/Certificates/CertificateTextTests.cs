using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Muster.Core.Certificates;
using Xunit;

namespace Muster.Core.Tests.Certificates;

/// <summary>The input forms of service-api S-6.7 rule 3.</summary>
public sealed class CertificateTextTests : IDisposable
{
    private readonly X509Certificate2 _certificate = TestCertificates.Create("CN=x, OU=y, O=z");

    public static TheoryData<string> Forms() =>
    [
        "PEM with LF", "PEM with CR LF", "PEM without final newline", "PEM in one line", "PEM after other text", "two PEM blocks",
        "Base64 of DER", "Base64 of DER with blanks around", "Base64 of PEM",
    ];

    public static TheoryData<string, string> Refused() => new()
    {
        { "empty", "PEM" },
        { "garbage", "PEM" },
        { "Base64 of garbage", "not an X.509" },
        { "Base64 of a sequence that is no certificate", "not an X.509" },
        { "PEM with a private key", "private key" },
        { "Base64 of PEM with a private key", "private key" },
        { "PEM of another kind", "CERTIFICATE" },
        { "PEM cut short", "CERTIFICATE" },
        { "DER with bytes behind", "X.509|behind" },
        { "too long", "longer" },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Certificate_text_form_is_read(string form)
    {
        Assert.True(CertificateText.TryParse(Text(form), out var certificate, out var problem), problem);
        Assert.Equal(Convert.ToBase64String(_certificate.RawData), certificate!.Der);
        Assert.Equal(_certificate.GetCertHashString(), certificate.Info.Sha1Thumbprint);
        Assert.Equal(Convert.ToHexString(SHA256.HashData(_certificate.RawData)), certificate.Info.Sha256Thumbprint);
        Assert.Equal("2024-05-19T23:10:43.0000000+00:00", certificate.Info.NotBeforeUtc.ToString("O"));
        Assert.Equal(3, certificate.Info.Version);
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void Other_text_is_refused_with_a_reason(string form, string reason)
    {
        Assert.False(CertificateText.TryParse(Text(form), out var certificate, out var problem));
        Assert.Null(certificate);
        Assert.Matches(reason, problem);
    }

    [Fact]
    public void Names_are_printed_in_encoding_order()
    {
        var builder = new X500DistinguishedNameBuilder();
        builder.AddCountryOrRegion("US");
        builder.AddOrganizationName("z");
        builder.AddOrganizationalUnitName("y");
        builder.AddCommonName("x");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var name = builder.Build();
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(60));

        Assert.True(CertificateText.TryParse(Convert.ToBase64String(certificate.RawData), out var read, out _));
        Assert.Equal(certificate.SubjectName.Decode(X500DistinguishedNameFlags.None), read!.Info.SubjectName);
        Assert.Contains(", ", read.Info.SubjectName, StringComparison.Ordinal);
    }

    [Fact]
    public void Mutated_texts_are_read_or_refused_and_never_throw()
    {
        var random = new Random(20260101);
        foreach (var form in new[] { "PEM with LF", "Base64 of DER", "Base64 of PEM" })
        {
            var text = Text(form);
            for (var round = 0; round < 500; round++)
            {
                var mutated = text.ToCharArray();
                mutated[random.Next(mutated.Length)] = (char)random.Next(1, 128);
                var read = CertificateText.TryParse(new string(mutated), out var certificate, out var problem);
                Assert.Equal(read, certificate is not null);
                Assert.Equal(read, problem is null);
            }
        }
    }

    public void Dispose() => _certificate.Dispose();

    private string Text(string form)
    {
        var pem = _certificate.ExportCertificatePem();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var base64 = Convert.ToBase64String(_certificate.RawData);
        return form switch
        {
            "PEM with LF" => pem.ReplaceLineEndings("\n") + "\n",
            "PEM with CR LF" => pem.ReplaceLineEndings("\r\n") + "\r\n",
            "PEM without final newline" => pem.TrimEnd(),
            "PEM in one line" => $"-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----",
            "PEM after other text" => "subject=CN = x\n" + pem,
            "two PEM blocks" => pem + "\n" + TestCertificates.Create("CN=other").ExportCertificatePem(),
            "Base64 of DER" => base64,
            "Base64 of DER with blanks around" => $"  \n{base64}\n ",
            "Base64 of PEM" => Convert.ToBase64String(Encoding.ASCII.GetBytes(pem)),
            "empty" => "  ",
            "garbage" => "not a certificate",
            "Base64 of garbage" => Convert.ToBase64String("garbage"u8),
            "Base64 of a sequence that is no certificate" => "MAMCAQE=",
            "PEM with a private key" => pem + "\n" + key.ExportPkcs8PrivateKeyPem(),
            "Base64 of PEM with a private key" => Convert.ToBase64String(Encoding.ASCII.GetBytes(key.ExportECPrivateKeyPem() + "\n" + pem)),
            "PEM of another kind" => key.ExportSubjectPublicKeyInfoPem(),
            "PEM cut short" => pem[..(pem.Length / 2)],
            "DER with bytes behind" => Convert.ToBase64String([.. _certificate.RawData, 0]),
            _ => new string('A', CertificateText.MaxLength + 1),
        };
    }
}
