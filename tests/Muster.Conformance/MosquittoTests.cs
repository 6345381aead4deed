using System.Text.Json.Nodes;
using Muster.Conformance.Calls;
using Muster.Conformance.Server;
using Muster.Protocols.Sas;

namespace Muster.Conformance;

/// <summary>A plain MQTT client registers by hand-written topics, as firmware without an SDK does (docs/mqtt.md).</summary>
public sealed class MosquittoTests(TwoHubServer muster)
{
    private const string Register = "$dps/registrations/PUT/iotdps-register/?$rid=1";

    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    public async Task Device_registers_by_hand_written_topics(string qos)
    {
        var id = "plain-" + qos;
        var key = Keys.New();
        await muster.Clients.EnrollAsync(Enrollments.Individual(id, key));

        var (exitCode, output) = await RequestAsync(id, Token(id, key), qos, "-p", "8883", "--cafile", muster.Server.Endpoints.RootCertificate!);

        Assert.True(exitCode == 0, output);
        var lines = output.Split('\n', 2);
        Assert.Equal("$dps/registrations/res/200/?$rid=1", lines[0].Trim());
        Assert.Equal("assigned", (string?)JsonNode.Parse(lines[1])!["status"]);
    }

    [Fact]
    public async Task Wrong_key_is_told_with_the_error_body()
    {
        await muster.Clients.EnrollAsync(Enrollments.Individual("plain-wrong", Keys.New()));

        var (_, output) = await RequestAsync(
            "plain-wrong", Token("plain-wrong", Keys.New()), "1", "-p", "8883", "--cafile", muster.Server.Endpoints.RootCertificate!);

        var lines = output.Split('\n', 2);
        Assert.Equal("$dps/registrations/res/401/?$rid=1", lines[0].Trim());
        Assert.Equal(401002, (int)JsonNode.Parse(lines[1])!["errorCode"]!);
    }

    [Fact]
    public async Task Client_of_another_version_of_MQTT_is_told_so()
    {
        var (exitCode, output) = await RequestAsync(
            "plain-v5", Token("plain-v5", Keys.New()), "1", "-p", "8883", "--cafile", muster.Server.Endpoints.RootCertificate!, "-V", "mqttv5");

        Assert.NotEqual(0, exitCode);
        Assert.DoesNotContain("assigned", output, StringComparison.Ordinal);
    }

    private static string UserName(string scope, string id) => $"{scope}/registrations/{id}/api-version=2021-06-01";

    private string Token(string id, string key) => SasTokenBuilder.Create(
        $"{muster.Server.Endpoints.IdScope}/registrations/{id}", Convert.FromBase64String(key), TimeProvider.System.GetUtcNow().AddHours(1));

    /// <summary>Publishes the request and prints topic and body of the answer, whatever its status, on one connection.</summary>
    private Task<(int ExitCode, string Output)> RequestAsync(string id, string token, string qos, params string[] more) => muster.RunAsync(
        [
            "mosquitto_rr", "-V", "mqttv311", "-h", TwoHubServer.Host, "-i", id, "-u", UserName(muster.Server.Endpoints.IdScope!, id), "-P", token,
            "-q", qos, "-t", Register, "-e", "$dps/registrations/res/200/?$rid=1", "-m", $$"""{"registrationId":"{{id}}"}""", "-v", "-F", "%t\n%p", "-W", "20",
            .. more,
        ]);
}
