using Muster.Configuration;

namespace Muster.Tests.Configuration;

public sealed class AllocationSettingsTests
{
    private const string Hub = "HostName=hub.example.net;SharedAccessKeyName=dps;SharedAccessKey=AQID";

    [Fact]
    public void Hubs_latencies_and_webhook_limits_are_read_from_a_file()
    {
        var options = Read("""
            {"Muster":{
              "LinkedHubs":[{"ConnectionString":"HUB","Location":"north","AllocationWeight":7,"ApplyAllocationPolicy":false,
                             "Address":"10.0.0.7","Port":8443,"TimeoutSeconds":3,"CallsPerSecond":1.6,"Concurrency":4},
                            {"HostName":"own.example.net","Location":"south"}],
              "Latencies":[{"Source":"10.0.0.0/8","Milliseconds":{"north":4,"south":40.5}}],
              "Webhooks":{"TimeoutSeconds":9,"AllowHttp":true}}}
            """.Replace("HUB", Hub, StringComparison.Ordinal), out var mistakes)!;

        Assert.Empty(mistakes);
        var hub = options.LinkedHubs[0];
        Assert.Equal((Hub, "north", 7, false), (hub.ConnectionString!.Reveal(), hub.Location, hub.AllocationWeight, hub.ApplyAllocationPolicy));
        Assert.Equal(("10.0.0.7", 8443, 3, 1.6, 4),
            (hub.Settings!.Address, hub.Settings.Port, hub.Settings.TimeoutSeconds, hub.Settings.CallsPerSecond, hub.Settings.Concurrency));
        Assert.Equal(("own.example.net", "south"), (options.LinkedHubs[1].HostName, options.LinkedHubs[1].Location));
        Assert.Equal(40.5, options.Latencies[0].Milliseconds["SOUTH"]);
        Assert.Equal((TimeSpan.FromSeconds(9), true, false),
            (options.Webhooks.Timeout, options.Webhooks.AllowsHttp, options.Webhooks.AllowsOwnAddresses));
    }

    [Fact]
    public void A_hub_can_be_told_by_the_environment()
    {
        var options = Read("{}", out var mistakes, ("MUSTER__LinkedHubs__0__ConnectionString", Hub), ("MUSTER__LinkedHubs__0__AllocationWeight", "5"))!;
        Assert.Empty(mistakes);
        Assert.Equal(5, Assert.Single(options.LinkedHubs).AllocationWeight);
    }

    [Theory]
    [InlineData("""{"LinkedHubs":[{"Location":"x"}]}""", "LinkedHubs", ":ConnectionString", "It is required")]
    [InlineData("""{"LinkedHubs":[{"ConnectionString":"HostName=hub"}]}""", "LinkedHubs", ":ConnectionString", "SharedAccessKeyName is missing")]
    [InlineData("""{"LinkedHubs":[{"HostName":"h","AllocationWeight":1001}]}""", "LinkedHubs", ":AllocationWeight", "from 1 to 1000")]
    [InlineData("""{"LinkedHubs":[{"HostName":"h","Wieght":1}]}""", "LinkedHubs", ":Wieght", "no such setting")]
    [InlineData("""{"LinkedHubs":[{"HostName":"h","RootCertificate":"/no/such.pem"}]}""", "LinkedHubs", ":RootCertificate", "cannot be read")]
    [InlineData("""{"LinkedHubs":["text"]}""", "LinkedHubs", "", "wrong shape")]
    [InlineData("""{"Latencies":[{"Source":"10.0.0.0/33","Milliseconds":{"a":1}}]}""", "Latencies", ":Source", "not a network")]
    [InlineData("""{"Latencies":[{"Source":"10.0.0.0/8"}]}""", "Latencies", ":Milliseconds", "missing")]
    [InlineData("""{"Latencies":[{"Source":"10.0.0.0/8","Milliseconds":{"a":"far"}}]}""", "Latencies", ":Milliseconds:a", "not a number")]
    [InlineData("""{"Webhooks":{"TimeoutSeconds":31}}""", "Webhooks", ":TimeoutSeconds", "from 1 to 30")]
    [InlineData("""{"Webhooks":{"AllowHttp":"maybe"}}""", "Webhooks", ":AllowHttp", "true and false")]
    public void A_mistake_names_its_key_and_never_shows_a_connection_string(string settings, string option, string member, string problem)
    {
        Assert.Null(Read("{\"Muster\":" + settings + "}", out var mistakes));
        Assert.Contains(mistakes, mistake => mistake.Key.Contains(option, StringComparison.Ordinal)
            && mistake.Key.EndsWith(member, StringComparison.Ordinal) && mistake.Problem.Contains(problem, StringComparison.Ordinal));
        Assert.DoesNotContain(mistakes, mistake => mistake.ToString().Contains("HostName=hub", StringComparison.Ordinal));
    }

    private static MusterOptions? Read(string file, out List<OptionMistake> mistakes, params (string Name, string Value)[] environment)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "appsettings.json"), file);
        mistakes = [];
        return MusterOptionsReader.Read(
            new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal),
            environment.ToDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal), folder.Path, mistakes);
    }
}
