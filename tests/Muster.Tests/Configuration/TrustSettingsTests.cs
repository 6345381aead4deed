using Muster.Api.Directories;
using Muster.Configuration;

namespace Muster.Tests.Configuration;

/// <summary>The sections that say whom the server believes: certificates of devices, and an issuer of bearer tokens.</summary>
public sealed class TrustSettingsTests
{
    [Fact]
    public void Certificate_rules_and_issuer_are_read_from_a_file()
    {
        var options = Read("""
            {"Muster":{
              "X509":{"EnforceValidity":false,"UseStoredCertificates":true,"RequireBasicConstraints":true,"MaxPresentedCertificates":5,"MaxCaCertificates":50},
              "Directory":{"Authority":"https://login.example.org/tenant","Audiences":["api://data"],"ManagementAudiences":["api://a","api://b"],
                           "RoleClaims":["groups"],"Roles":{"pki":"manager","audit":"management-reader","up":"certificates/write","fleet":"contributor"}}}}
            """, out var mistakes)!;

        Assert.Empty(mistakes);
        Assert.Equal((false, true, true, 5, 50),
            (options.X509.EnforceValidity, options.X509.UseStoredCertificates, options.X509.RequireBasicConstraints,
            options.X509.MaxPresentedCertificates, options.X509.MaxCaCertificates));
        var directory = options.Directory!;
        Assert.Equal("https://login.example.org/tenant", directory.Authority.AbsoluteUri);
        Assert.Equal(["api://data"], directory.Audiences);
        Assert.Equal(["api://a", "api://b"], directory.ManagementAudiences.Order(StringComparer.Ordinal));
        Assert.Equal(["groups"], directory.RoleClaims);
        Assert.Equal(ManagementActions.All, directory.Roles["PKI"]);
        Assert.Equal(ManagementActions.Reading, directory.Roles["audit"]);
        Assert.Equal([ManagementActions.WriteCertificates], directory.Roles["up"]);
        Assert.Equal(DataActions.All, directory.Roles["fleet"]);
    }

    [Fact]
    public void Official_audiences_are_preset_and_kept_apart()
    {
        var directory = Read("""{"Muster":{"Directory":{"Authority":"https://login.example.org"}}}""", out _)!.Directory!;
        Assert.Equal(["https://azure-devices-provisioning.net"], directory.Audiences);
        Assert.Equal(["https://management.azure.com/", "https://management.core.windows.net/"], directory.ManagementAudiences);
        Assert.Empty(DataActions.All.Intersect(ManagementActions.All, StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("""{"X509":{"EnforceValidity":"perhaps"}}""", ":EnforceValidity", "true and false")]
    [InlineData("""{"X509":{"MaxPresentedCertificates":100}}""", ":MaxPresentedCertificates", "from 2 to 32")]
    [InlineData("""{"X509":{"MaxCaCertificates":0}}""", ":MaxCaCertificates", "from 1 to 1000")]
    [InlineData("""{"X509":{"EnforceValidty":true}}""", ":EnforceValidty", "no such setting")]
    [InlineData("""{"Directory":{"Audiences":["a"]}}""", ":Authority", "not the address of an issuer")]
    [InlineData("""{"Directory":{"Authority":"http://login.example.org"}}""", ":Authority", "https addresses")]
    [InlineData("""{"Directory":{"Authority":"https://login.example.org","Roles":{"all":"god"}}}""", ":Roles:all", "manager, management-reader")]
    [InlineData("""{"Directory":{"Authority":"https://login.example.org","ManagementAudience":"x"}}""", ":ManagementAudience", "no such setting")]
    public void A_mistake_names_its_key_and_what_is_allowed(string settings, string member, string problem)
    {
        Assert.Null(Read("{\"Muster\":" + settings + "}", out var mistakes));
        Assert.Contains(mistakes, mistake => mistake.Key.EndsWith(member, StringComparison.Ordinal)
            && mistake.Problem.Contains(problem, StringComparison.Ordinal));
    }

    private static MusterOptions? Read(string file, out List<OptionMistake> mistakes)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "appsettings.json"), file);
        mistakes = [];
        return MusterOptionsReader.Read(
            new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal),
            new Dictionary<string, string>(StringComparer.Ordinal), folder.Path, mistakes);
    }
}
