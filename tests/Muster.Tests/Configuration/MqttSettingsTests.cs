using Muster.Configuration;

namespace Muster.Tests.Configuration;

public sealed class MqttSettingsTests
{
    [Fact]
    public void Limits_are_read_and_the_others_keep_their_defaults()
    {
        var mqtt = Read(
            """{"MaxConnections":500,"MaxConnectionsPerAddress":50,"ConnectTimeoutSeconds":5,"IdleAfterFinalAnswerSeconds":60}""", out var mistakes)!.Mqtt;

        Assert.Empty(mistakes);
        Assert.Equal((500, 50, 8), (mqtt.MaxConnections, mqtt.MaxConnectionsPerAddress, mqtt.MaxPendingRequests));
        Assert.Equal(
            (TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(20), TimeSpan.FromMinutes(1)),
            (mqtt.Limits.ConnectTimeout, mqtt.Limits.IdleTimeout, mqtt.IdleAfterFinalAnswer));
    }

    [Theory]
    [InlineData("""{"MaxConnections":0}""", ":MaxConnections", "from 1 to 1000000")]
    [InlineData("""{"IdleTimeoutSeconds":"long"}""", ":IdleTimeoutSeconds", "from 1 to 86400")]
    [InlineData("""{"KeepAlive":60}""", ":KeepAlive", "no such setting")]
    public void A_mistake_names_its_key_and_what_is_allowed(string section, string key, string problem)
    {
        Assert.Null(Read(section, out var mistakes));
        var mistake = Assert.Single(mistakes);
        Assert.EndsWith(key, mistake.Key, StringComparison.Ordinal);
        Assert.Contains(problem, mistake.Problem, StringComparison.Ordinal);
    }

    private static MusterOptions? Read(string section, out List<OptionMistake> mistakes)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "appsettings.json"), "{\"Muster\":{\"Mqtt\":" + section + "}}");
        mistakes = [];
        return MusterOptionsReader.Read(
            new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal), new Dictionary<string, string>(StringComparer.Ordinal),
            folder.Path, mistakes);
    }
}
