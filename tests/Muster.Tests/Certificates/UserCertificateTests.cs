using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Muster.Certificates;
using Muster.Configuration;

namespace Muster.Tests.Certificates;

public sealed class UserCertificateTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();
    private readonly ManualTimeProvider _time = new(Now);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("RSA")]
    [InlineData("ECDSA")]
    public void A_sound_certificate_is_used(string algorithm)
    {
        Write(algorithm, ["dps.example.org", "*.hubs.example.org"], Now, 90);
        var options = Options(["dps.example.org"], ["one.hubs.example.org"]);

        Assert.Empty(Check(options));
        Assert.True(new UserCertificate(options, _time).Refresh()!.Leaf.HasPrivateKey);
    }

    [Fact]
    public void A_replaced_file_is_taken_up_and_an_unchanged_one_is_not_taken_twice()
    {
        Write("ECDSA", ["dps.example.org"], Now, 90);
        var source = new UserCertificate(Options(["dps.example.org"], []), _time);
        var first = source.Refresh()!.Leaf.Thumbprint;
        Assert.Null(source.Refresh());

        Write("ECDSA", ["dps.example.org"], Now, 180);

        Assert.NotEqual(first, source.Refresh()!.Leaf.Thumbprint);
    }

    [Fact]
    public void A_certificate_that_does_not_cover_every_name_is_refused()
    {
        Write("ECDSA", ["dps.example.org"], Now, 90);

        var mistake = Assert.Single(Check(Options(["dps.example.org", "other.example.org"], ["hub.example.org"])));

        Assert.StartsWith($"--certificate is '{_folder.Combine("cert.pem")}': It does not cover other.example.org, hub.example.org; "
            + "it covers dps.example.org.", mistake);
    }

    [Theory]
    [InlineData(-100, 90, "It expired on 2026-02-19.")]
    [InlineData(10, 90, "It is valid only from 2026-03-11 12:00 UTC.")]
    public void A_certificate_that_is_not_valid_now_is_refused(int fromDay, int days, string expected)
    {
        Write("ECDSA", ["dps.example.org"], Now.AddDays(fromDay), days);

        Assert.Contains(expected, Assert.Single(Check(Options(["dps.example.org"], []))));
    }

    [Fact]
    public void Every_mistake_is_reported_at_once()
    {
        Write("ECDSA", ["dps.example.org"], Now.AddDays(-100), 90);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _folder.Write("key.pem", other.ExportPkcs8PrivateKeyPem());

        var mistakes = Check(Options(["other.example.org"], []));

        Assert.Collection(mistakes,
            line => Assert.Contains("It expired on", line),
            line => Assert.Contains("It does not cover other.example.org", line),
            line => Assert.Contains("It is not the private key of", line));
    }

    [Theory]
    [InlineData("cert.pem", null, "The file cannot be read:")]
    [InlineData("key.pem", null, "The file cannot be read:")]
    [InlineData("cert.pem", "nothing", "It holds no certificate.")]
    [InlineData("cert.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "It holds a broken certificate:")]
    [InlineData("key.pem", "nothing", "It is not the private key of")]
    [InlineData("key.pem", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n", "The key is encrypted.")]
    public void An_unusable_file_is_refused_with_its_reason(string file, string? content, string expected)
    {
        Write("ECDSA", ["dps.example.org"], Now, 90);
        File.Delete(_folder.Combine(file));
        if (content is not null) _folder.Write(file, content);

        var mistake = Assert.Single(Check(Options(["dps.example.org"], [])));

        Assert.Contains(expected, mistake);
        Assert.Contains(_folder.Combine(file), mistake);
    }

    private List<string> Check(MusterOptions options)
    {
        var mistakes = new List<OptionMistake>();
        UserCertificate.Check(options, _time, mistakes);
        return mistakes.ConvertAll(mistake => mistake.ToString());
    }

    private MusterOptions Options(string[] hosts, string[] hubs) => new()
    {
        DataFolder = _folder.Path,
        Hosts = [.. hosts],
        Hubs = [.. hubs],
        CertificateFile = _folder.Combine("cert.pem"),
        CertificateKeyFile = _folder.Combine("key.pem"),
    };

    private void Write(string algorithm, string[] names, DateTimeOffset from, int days)
    {
        using var rsa = RSA.Create(2048);
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = algorithm == "RSA"
            ? new CertificateRequest("CN=user", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest("CN=user", ecdsa, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names) alternatives.AddDnsName(name);
        request.CertificateExtensions.Add(alternatives.Build());
        using var certificate = request.CreateSelfSigned(from, from.AddDays(days));
        _folder.Write("cert.pem", certificate.ExportCertificatePem());
        _folder.Write("key.pem", algorithm == "RSA" ? rsa.ExportPkcs8PrivateKeyPem() : ecdsa.ExportPkcs8PrivateKeyPem());
    }
}
