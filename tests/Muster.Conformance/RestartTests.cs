using System.Text.Json.Nodes;
using Muster.Conformance.Calls;
using Muster.Conformance.Sandbox;
using Muster.Conformance.Server;

namespace Muster.Conformance;

/// <summary>A server without any option but its folder, stopped and started again.</summary>
public sealed class RestartTests
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_second_start_finds_scope_keys_certificates_and_data_again()
    {
        using var folder = new TemporaryFolder();
        await using var sandbox = await NetworkSandbox.CreateAsync();
        var key = Keys.New();

        await using var first = await MusterProcess.StartAsync(sandbox, folder.Path);
        Assert.Equal("localhost", Assert.Single(first.Endpoints.Hubs).HostName);
        var root = await File.ReadAllTextAsync(first.Endpoints.RootCertificate!);
        JsonNode assigned;
        await using (var clients = await OfficialClients.StartAsync(sandbox, first.Endpoints))
        {
            await clients.EnrollAsync(Enrollments.Individual("first-device", key));
            assigned = (await clients.RegisterAsync("first-device", key)).Value;
        }

        Assert.Equal(0, await first.TerminateAsync(StopLimit));

        await using var second = await MusterProcess.StartAsync(sandbox, folder.Path);
        Assert.Equal(first.Endpoints.IdScope, second.Endpoints.IdScope);
        Assert.Equal(first.Endpoints.ServiceConnectionString, second.Endpoints.ServiceConnectionString);
        Assert.Equal(first.Endpoints.Hubs, second.Endpoints.Hubs);
        Assert.Equal(root, await File.ReadAllTextAsync(second.Endpoints.RootCertificate!));
        Assert.NotEqual(first.Endpoints.Portal, second.Endpoints.Portal);
        await using var again = await OfficialClients.StartAsync(sandbox, second.Endpoints);
        var record = (await again.ServiceAsync("getDeviceRegistrationState", "first-device")).Value;
        Assert.Equal((string?)assigned["etag"], (string?)record["etag"]);
        var device = (await again.HubAsync("localhost", "get", "first-device")).Value;
        Assert.Equal(key, (string?)device["authentication"]?["symmetricKey"]?["primaryKey"]);
        (await again.RegisterAsync("first-device", key)).Succeeded();
    }
}
