using Muster.Configuration;
using Muster.Core.Quotas;

namespace Muster.Tests.Configuration;

/// <summary>The sections <c>Quotas</c> and <c>Directory</c> of the configuration.</summary>
public sealed class ServiceApiSettingsTests
{
    [Fact]
    public void Without_the_sections_there_is_no_limit_and_no_directory()
    {
        var options = Read("{}", out var mistakes)!;
        Assert.Empty(mistakes);
        Assert.Empty(options.Quotas);
        Assert.Null(options.Directory);
    }

    [Theory]
    [InlineData("azure")]
    [InlineData("Azure")]
    public void Profile_azure_has_the_numbers_of_the_original(string profile)
    {
        var options = Read("""{"Quotas":{"Profile":"NAME"}}""".Replace("NAME", profile, StringComparison.Ordinal), out var mistakes)!;
        Assert.Empty(mistakes);
        Assert.Equal(
            new InstanceQuotas
            {
                IndividualEnrollments = 1_000_000,
                X509Groups = 100,
                SymmetricKeyGroups = 100,
                Registrations = 1_000_000,
                CaCertificates = 25,
                LinkedHubs = 50,
                ServiceOperations = new RateLimit(1000, TimeSpan.FromMinutes(1)),
                DeviceRegistrations = new RateLimit(1000, TimeSpan.FromMinutes(1)),
                DevicePolls = new RateLimit(5, TimeSpan.FromSeconds(10)),
            },
            options.Quotas["default"]);
    }

    [Fact]
    public void Single_limits_stand_over_the_profile_and_0_lifts_one()
    {
        var options = Read(
            """
            {"Quotas":{"Profile":"azure","IndividualEnrollments":7,"X509Groups":6,"SymmetricKeyGroups":0,"Registrations":5,"CaCertificates":4,
             "LinkedHubs":3,"ServiceOperationsPerMinute":0,"DeviceRegistrationsPerMinute":2,"DevicePollsPer10Seconds":1}}
            """,
            out var mistakes)!;
        Assert.Empty(mistakes);
        Assert.Equal(
            new InstanceQuotas
            {
                IndividualEnrollments = 7,
                X509Groups = 6,
                Registrations = 5,
                CaCertificates = 4,
                LinkedHubs = 3,
                DeviceRegistrations = new RateLimit(2, TimeSpan.FromMinutes(1)),
                DevicePolls = new RateLimit(1, TimeSpan.FromSeconds(10)),
            },
            options.Quotas["default"]);
    }

    [Fact]
    public void Other_instances_have_quotas_of_their_own()
    {
        var options = Read(
            """{"Quotas":{"Profile":"azure","Instances":{"plant-2":{"X509Groups":3},"Plant-3":{"Profile":"azure","LinkedHubs":0}}}}""", out var mistakes)!;
        Assert.Empty(mistakes);
        Assert.Equal(3, options.Quotas.Count);
        Assert.Equal(InstanceQuotas.Azure, options.Quotas["DEFAULT"]);
        Assert.Equal(new InstanceQuotas { X509Groups = 3 }, options.Quotas["plant-2"]);
        Assert.Equal(InstanceQuotas.Azure with { LinkedHubs = null }, options.Quotas["plant-3"]);

        options = Read("""{"Quotas":{"Instances":{"plant-2":{"X509Groups":3}}}}""", out _)!;
        Assert.Equal("plant-2", Assert.Single(options.Quotas).Key);
    }

    [Fact]
    public void Sections_can_be_told_by_the_environment_which_replaces_those_of_files_whole()
    {
        var options = Read(
            """{"Quotas":{"Profile":"azure"},"Directory":{"Authority":"https://elsewhere.example.org"}}""",
            out var mistakes,
            ("MUSTER__Quotas__LinkedHubs", "9"),
            ("MUSTER__Directory__Authority", "https://login.example.org/tenant"),
            ("MUSTER__Directory__Roles__fleet-admins", "contributor"))!;
        Assert.Empty(mistakes);
        Assert.Equal(new InstanceQuotas { LinkedHubs = 9 }, Assert.Single(options.Quotas).Value);
        Assert.Equal("https://login.example.org/tenant", options.Directory!.Authority.ToString());
        Assert.Equal("fleet-admins", Assert.Single(options.Directory.Roles).Key);
    }

    [Fact]
    public void Directory_has_the_audience_and_claims_of_the_official_clients_unless_others_are_named()
    {
        var options = Read("""{"Directory":{"Authority":"https://login.example.org"}}""", out _)!.Directory!;
        Assert.Equal(["https://azure-devices-provisioning.net"], options.Audiences);
        Assert.Equal(["roles", "role", "groups"], options.RoleClaims);
        Assert.Empty(options.Roles);

        options = Read(
            """
            {"Directory":{"Authority":"http://localhost:8080/realms/plant","Audiences":["a","b"],"RoleClaims":["wids"],
             "Roles":{"Fleet":"contributor","audit":"Reader","clean":"registrationStates/delete",
                      "write":"Microsoft.Devices/provisioningServices/enrollments/write","old":"Device Provisioning Service Data Reader"}}}
            """,
            out var mistakes)!.Directory!;
        Assert.Empty(mistakes);
        Assert.Equal(["a", "b"], options.Audiences.Order(StringComparer.Ordinal));
        Assert.Equal(["wids"], options.RoleClaims);
        Assert.Equal(9, options.Roles["FLEET"].Count);
        Assert.Equal(options.Roles["old"], options.Roles["audit"]);
        Assert.Equal(["Microsoft.Devices/provisioningServices/registrationStates/delete"], options.Roles["clean"]);
        Assert.Equal(["Microsoft.Devices/provisioningServices/enrollments/write"], options.Roles["write"]);
    }

    [Theory]
    [InlineData("""{"Quotas":{"Profile":"gold"}}""", "Quotas:Profile", "Allowed are unlimited, azure")]
    [InlineData("""{"Quotas":{"IndividualEnrollments":-1}}""", "Quotas:IndividualEnrollments", "not a whole number")]
    [InlineData("""{"Quotas":{"X509Groups":"many"}}""", "Quotas:X509Groups", "not a whole number")]
    [InlineData("""{"Quotas":{"SymmetricKeyGroups":1.5}}""", "Quotas:SymmetricKeyGroups", "not a whole number")]
    [InlineData("""{"Quotas":{"Registrations":99999999999}}""", "Quotas:Registrations", "not a whole number")]
    [InlineData("""{"Quotas":{"CaCertificates":true}}""", "Quotas:CaCertificates", "not a whole number")]
    [InlineData("""{"Quotas":{"LinkedHubs":"1 000"}}""", "Quotas:LinkedHubs", "not a whole number")]
    [InlineData("""{"Quotas":{"ServiceOperationsPerMinute":1000001}}""", "Quotas:ServiceOperationsPerMinute", "from 0 to 1000000")]
    [InlineData("""{"Quotas":{"DeviceRegistrationsPerMinute":-5}}""", "Quotas:DeviceRegistrationsPerMinute", "from 0 to 1000000")]
    [InlineData("""{"Quotas":{"DevicePollsPer10Seconds":"5/10"}}""", "Quotas:DevicePollsPer10Seconds", "from 0 to 1000000")]
    [InlineData("""{"Quotas":{"SymmetricGroups":5}}""", "Quotas:SymmetricGroups", "no such setting. Allowed are CaCertificates, ")]
    [InlineData("""{"Quotas":{"Instances":{"p-2":{"Profile":"gold"}}}}""", "Quotas:Instances:p-2:Profile", "Allowed are unlimited, azure")]
    [InlineData("""{"Quotas":{"Instances":{"p-2":{"X509Groups":-1}}}}""", "Quotas:Instances:p-2:X509Groups", "not a whole number")]
    [InlineData("""{"Quotas":{"Instances":{"p-2":{"Groups":1}}}}""", "Quotas:Instances:p-2:Groups", "no such setting")]
    [InlineData("""{"Quotas":{"Instances":{"p-2":7}}}""", "Quotas:Instances:p-2", "no such setting")]
    [InlineData("""{"Quotas":{"Instances":"p-2"}}""", "Quotas:Instances", "wrong shape")]
    [InlineData("""{"Quotas":"azure"}""", "Quotas", "wrong shape")]
    [InlineData("""{"Quotas":["azure"]}""", "Quotas:0", "no such setting")]
    [InlineData("""{"Directory":{"Audiences":["a"]}}""", "Directory:Authority", "not the address of an issuer")]
    [InlineData("""{"Directory":{"Authority":"login.example.org"}}""", "Directory:Authority", "not the address of an issuer")]
    [InlineData("""{"Directory":{"Authority":"http://login.example.org"}}""", "Directory:Authority", "Allowed are https addresses")]
    [InlineData("""{"Directory":{"Authority":"https://a.example","Roles":{"x":"owner"}}}""", "Directory:Roles:x", "permits nothing")]
    [InlineData("""{"Directory":{"Authority":"https://a.example","Roles":{"x":""}}}""", "Directory:Roles:x", "permits nothing")]
    [InlineData("""{"Directory":{"Authority":"https://a.example","Audience":"a"}}""", "Directory:Audience", "no such setting")]
    [InlineData("""{"Directory":{"Authority":"https://a.example","Audiences":"a"}}""", "Directory:Audiences", "list of texts")]
    [InlineData("""{"Directory":{"Authority":"https://a.example","ManagementAudiences":"a"}}""", "Directory:ManagementAudiences", "list of texts")]
    [InlineData("""{"Directory":{"Authority":"https://a.example","RoleClaims":"roles"}}""", "Directory:RoleClaims", "list of texts")]
    [InlineData("""{"Directory":{"Authority":"https://a.example","Roles":"reader"}}""", "Directory:Roles", "values of claims")]
    [InlineData("""{"Directory":"https://a.example"}""", "Directory", "wrong shape")]
    public void Wrong_value_is_named_with_what_is_allowed(string settings, string key, string problem)
    {
        Assert.Null(Read(settings, out var mistakes));
        var mistake = Assert.Single(mistakes);
        var (section, member) = key.Split(':', 2) is [var first, var rest] ? (first, ":" + rest) : (key, "");
        Assert.StartsWith($"Muster:{section} in ", mistake.Key, StringComparison.Ordinal);
        Assert.EndsWith("appsettings.json" + member, mistake.Key, StringComparison.Ordinal);
        Assert.Contains(problem, mistake.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void All_mistakes_are_told_at_once()
    {
        Assert.Null(Read(
            """
            {"Quotas":{"Profile":"gold","X509Groups":-1,"Nonsense":1},
             "Directory":{"Authority":"ftp://a.example","Roles":{"x":"owner","y":"king"},"Audience":"a"},"HttpsPort":70000}
            """,
            out var mistakes));
        string[] keys = ["Quotas:Profile", "Quotas:X509Groups", "Quotas:Nonsense", "Directory:Authority", "Directory:Roles:x", "Directory:Roles:y",
            "Directory:Audience", "HttpsPort"];
        Assert.Equal(keys.Length, mistakes.Count);
        Assert.All(keys, key => Assert.Contains(mistakes, mistake => mistake.Key.StartsWith("Muster:" + key.Split(':')[0], StringComparison.Ordinal)
            && mistake.Key.EndsWith(key.Contains(':', StringComparison.Ordinal) ? key[key.IndexOf(':', StringComparison.Ordinal)..] : "", StringComparison.Ordinal)));
    }

    private static MusterOptions? Read(string settings, out List<OptionMistake> mistakes, params (string Name, string Value)[] environment)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "appsettings.json"), "{\"Muster\":" + settings + "}");
        mistakes = [];
        return MusterOptionsReader.Read(
            new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal),
            environment.ToDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal), folder.Path, mistakes);
    }
}
