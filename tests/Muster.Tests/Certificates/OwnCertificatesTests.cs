using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Muster.Certificates;
using Muster.Composition;

namespace Muster.Tests.Certificates;

public sealed class OwnCertificatesTests : IDisposable
{
    private const string CrlUrl = "http://dps.example.org/muster.crl";

    private static readonly string[] Names = ["dps.example.org", "hub.example.org", "10.1.2.3", "localhost", "127.0.0.1", "::1"];

    private readonly TemporaryFolder _folder = new();
    private readonly ManualTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_server_certificate_names_every_host_and_where_the_revocation_list_is()
    {
        using var certificates = Open();

        var server = certificates.Refresh()!.Leaf;

        Assert.Equal(Names.Order(), CertificateAuthority.NamesOf(server).Order());
        Assert.Equal("CN=dps.example.org", server.Subject);
        Assert.Equal("1.2.840.10045.4.3.2", server.SignatureAlgorithm.Value);
        Assert.Equal(256, server.GetECDsaPublicKey()!.KeySize);
        Assert.Equal("1.3.6.1.5.5.7.3.1", server.Extensions.OfType<X509EnhancedKeyUsageExtension>().Single().EnhancedKeyUsages[0].Value);
        Assert.Contains(CrlUrl, System.Text.Encoding.Latin1.GetString(server.Extensions["2.5.29.31"]!.RawData));
        Assert.Equal(TimeSpan.FromDays(397), server.NotAfter - server.NotBefore);
    }

    [Fact]
    public void The_server_certificate_chains_to_the_root()
    {
        using var certificates = Open();
        using var root = X509CertificateLoader.LoadCertificate(certificates.RootDer);
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(root);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = _time.GetUtcNow().UtcDateTime;

        Assert.True(chain.Build(certificates.Refresh()!.Leaf));
        Assert.Equal(20, root.NotAfter.Year - root.NotBefore.Year);
    }

    [Fact]
    public void Keys_are_readable_only_by_their_owner()
    {
        using var certificates = Open();
        certificates.Refresh();

        foreach (var key in (string[])["root.key", "server.key"])
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.Combine(key)));
    }

    [Fact]
    public void A_second_start_finds_the_same_certificates()
    {
        string root, server;
        using (var first = Open())
        {
            server = first.Refresh()!.Leaf.Thumbprint;
            root = first.RootPem;
        }

        using var second = Open();

        Assert.Equal(server, second.Refresh()!.Leaf.Thumbprint);
        Assert.Equal(root, second.RootPem);
    }

    [Theory]
    [InlineData(366, false)]
    [InlineData(368, true)]
    [InlineData(500, true)]
    public void The_server_certificate_is_renewed_30_days_before_its_end(int days, bool renewed)
    {
        using var certificates = Open();
        var first = certificates.Refresh()!.Leaf;

        _time.Advance(TimeSpan.FromDays(days));
        var second = certificates.Refresh()?.Leaf;

        Assert.Equal(renewed, second is not null);
        if (second is not null)
        {
            Assert.NotEqual(first.SerialNumber, second.SerialNumber);
            Assert.Null(certificates.Refresh());
        }
    }

    [Fact]
    public void A_start_with_other_names_makes_another_server_certificate_of_the_same_root()
    {
        string root;
        using (var first = Open())
        {
            first.Refresh();
            root = first.RootPem;
        }

        using var second = new OwnCertificates(_folder.Path, ["new.example.org"], CrlUrl, _time);

        Assert.Equal(["new.example.org"], CertificateAuthority.NamesOf(second.Refresh()!.Leaf));
        Assert.Equal(root, second.RootPem);
    }

    [Fact]
    public void A_start_with_another_place_of_the_revocation_list_makes_another_server_certificate()
    {
        string first;
        using (var certificates = Open()) first = certificates.Refresh()!.Leaf.SerialNumber;

        using var second = new OwnCertificates(_folder.Path, Names, "http://dps.example.org:8081/muster.crl", _time);

        Assert.NotEqual(first, second.Refresh()!.Leaf.SerialNumber);
    }

    [Fact]
    public void A_broken_server_certificate_is_replaced()
    {
        using (var first = Open()) first.Refresh();
        _folder.Write("server.pem", "nonsense");

        using var second = Open();

        Assert.NotNull(second.Refresh());
        Assert.StartsWith("-----BEGIN CERTIFICATE-----", File.ReadAllText(_folder.Combine("server.pem")));
    }

    [Fact]
    public void The_root_is_renewed_before_its_end_and_the_server_certificate_with_it()
    {
        using var certificates = Open();
        certificates.Refresh();
        var root = certificates.RootPem;

        _time.Advance(TimeSpan.FromDays((20 * 365.25) - 29));
        var server = certificates.Refresh()!.Leaf;

        Assert.NotEqual(root, certificates.RootPem);
        using var newRoot = X509CertificateLoader.LoadCertificate(certificates.RootDer);
        Assert.Equal(newRoot.Subject, server.Issuer);
    }

    [Fact]
    public void A_server_certificate_never_outlives_its_root()
    {
        using var certificates = Open();
        using var root = X509CertificateLoader.LoadCertificate(certificates.RootDer);

        _time.Advance(TimeSpan.FromDays((20 * 365.25) - 100));

        Assert.Equal(root.NotAfter, certificates.Refresh()!.Leaf.NotAfter);
    }

    [Theory]
    [InlineData("root.pem")]
    [InlineData("root.key")]
    public void A_missing_half_of_the_root_is_told_and_not_replaced(string missing)
    {
        using (var first = Open()) first.Refresh();
        File.Delete(_folder.Combine(missing));

        var exception = Assert.Throws<CannotStartException>(Open);

        Assert.Contains($"{missing} is missing", exception.Message);
        Assert.Contains("Restore both from a backup", exception.Message);
    }

    [Fact]
    public void A_broken_root_is_told_and_not_replaced()
    {
        using (var first = Open()) first.Refresh();
        _folder.Write("root.pem", "nonsense");

        Assert.Contains("cannot be used", Assert.Throws<CannotStartException>(Open).Message);
        Assert.Equal("nonsense", File.ReadAllText(_folder.Combine("root.pem")));
    }

    [Fact]
    public async Task The_revocation_list_is_empty_signed_by_the_root_and_valid_for_seven_days()
    {
        using var certificates = Open();
        await File.WriteAllBytesAsync(_folder.Combine("list.crl"), certificates.RevocationList);

        var (_, text) = await Shell.RunAsync("openssl",
            ["crl", "-inform", "DER", "-in", _folder.Combine("list.crl"), "-CAfile", _folder.Combine("root.pem"), "-noout", "-text"]);

        Assert.Contains("verify OK", text);
        Assert.Contains("No Revoked Certificates", text);
        Assert.Contains("Next Update: Mar  8 12:00:00 2026 GMT", text);
        Assert.Contains("X509v3 CRL Number", text);
    }

    [Theory]
    [InlineData(3, false)]
    [InlineData(4, true)]
    [InlineData(9, true)]
    public void The_revocation_list_is_made_anew_well_before_its_end(int days, bool anew)
    {
        using var certificates = Open();
        var first = certificates.RevocationList;

        _time.Advance(TimeSpan.FromDays(days));

        Assert.Equal(anew, !first.AsSpan().SequenceEqual(certificates.RevocationList));
    }

    [Fact]
    public void Two_data_folders_have_roots_of_different_names()
    {
        using var other = new TemporaryFolder();
        using var first = Open();
        using var second = new OwnCertificates(other.Path, Names, CrlUrl, _time);

        Assert.NotEqual(
            X509CertificateLoader.LoadCertificate(first.RootDer).Subject, X509CertificateLoader.LoadCertificate(second.RootDer).Subject);
    }

    private OwnCertificates Open() => new(_folder.Path, Names, CrlUrl, _time);
}
