using System.Text.Json.Nodes;
using Muster.Conformance.Calls;
using Muster.Conformance.Sandbox;
using Muster.Conformance.Server;

namespace Muster.Conformance;

/// <summary>The server is killed while devices register. What it has acknowledged is still there.</summary>
public sealed class CrashTests
{
    private static readonly string[] Options = ["--host", TwoHubServer.Host, "--hub", TwoHubServer.HubA, "--hub", TwoHubServer.HubB];

    [Theory]
    [InlineData(3)]
    [InlineData(60)]
    public async Task Nothing_that_was_acknowledged_is_lost_when_the_server_is_killed(int assignedBeforeTheKill)
    {
        using var folder = new TemporaryFolder();
        await using var sandbox = await NetworkSandbox.CreateAsync(TwoHubServer.Host, TwoHubServer.HubA, TwoHubServer.HubB);
        var groupKey = Keys.New();
        string operationId;
        List<JsonNode> acknowledged;
        await using (var server = await MusterProcess.StartAsync(sandbox, folder.Path, Options))
        {
            await using (var clients = await OfficialClients.StartAsync(sandbox, server.Endpoints))
            {
                await clients.EnrollAsync(Enrollments.Group("crash-group", groupKey));
                operationId = await StartOperationAsync(clients, groupKey);
            }

            acknowledged = await RegisterUntilKilledAsync(sandbox, server, groupKey, assignedBeforeTheKill);
        }

        await using var restarted = await MusterProcess.StartAsync(sandbox, folder.Path, Options);
        await using var after = await OfficialClients.StartAsync(sandbox, restarted.Endpoints);
        foreach (var line in acknowledged) await AssertKeptAsync(after, line);

        var key = Keys.Derive(groupKey, "polled");
        var (status, body) = await after.RequestAsync("GET", "polled", key, "operations/" + operationId);
        Assert.True(status == 200, body);
        Assert.Equal("assigned", (string?)JsonNode.Parse(body)!["status"]);
        Assert.Equal("assigned", (string?)(await after.RegisterAsync("newcomer", Keys.Derive(groupKey, "newcomer"))).Value["status"]);
    }

    /// <summary>Begins a registration and keeps only the operation ID, as a device does that polls later.</summary>
    private static async Task<string> StartOperationAsync(OfficialClients clients, string groupKey)
    {
        var (status, body) = await clients.RequestAsync(
            "PUT", "polled", Keys.Derive(groupKey, "polled"), "register", """{"registrationId":"polled"}""");
        Assert.True(status == 202, body);
        return (string)JsonNode.Parse(body)!["operationId"]!;
    }

    private static async Task<List<JsonNode>> RegisterUntilKilledAsync(
        NetworkSandbox sandbox, MusterProcess server, string groupKey, int assignedBeforeTheKill)
    {
        var settings = new JsonObject
        {
            ["serviceConnectionString"] = server.Endpoints.ServiceConnectionString,
            ["host"] = server.Endpoints.DeviceEndpoint,
            ["idScope"] = server.Endpoints.IdScope,
            ["groupKey"] = groupKey,
            ["lanes"] = 6,
        };
        await using var devices = await sandbox.StartAsync(
            OfficialClients.Trust(server.Endpoints),
            "node", Path.Combine(RepositoryFiles.ClientScripts, "register-many.js"), settings.ToJsonString());

        var lines = new List<JsonNode>();
        var killed = false;
        while (await devices.ReadLineAsync() is { } line)
        {
            var node = JsonNode.Parse(line)!;
            if (node["end"] is { } end)
            {
                Assert.True(killed, $"The devices stopped before the server was killed: {end}\n{devices.Errors}");
                break;
            }

            lines.Add(node);
            if (killed || lines.Count(item => item["assigned"] is not null) < assignedBeforeTheKill) continue;
            await server.KillAsync();
            killed = true;
        }

        Assert.True(killed, devices.Errors);
        return lines;
    }

    private static async Task AssertKeptAsync(OfficialClients clients, JsonNode acknowledged)
    {
        if ((string?)acknowledged["enrolled"] is { } enrolled)
        {
            var mechanism = (await clients.ServiceAsync("getIndividualEnrollmentAttestationMechanism", enrolled)).Value;
            Assert.Equal((string?)acknowledged["key"], (string?)mechanism["symmetricKey"]?["primaryKey"]);
            return;
        }

        var id = (string)acknowledged["assigned"]!;
        var hub = (string)acknowledged["hub"]!;
        var record = (await clients.ServiceAsync("getDeviceRegistrationState", id)).Value;
        Assert.Equal("assigned", (string?)record["status"]);
        Assert.Equal(hub, (string?)record["assignedHub"]);
        var device = (await clients.HubAsync(hub, "get", (string)acknowledged["deviceId"]!)).Value;
        Assert.Equal((string?)acknowledged["key"], (string?)device["authentication"]?["symmetricKey"]?["primaryKey"]);
    }
}
