using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Muster.Conformance.Calls;
using Muster.Conformance.Sandbox;
using Muster.Conformance.Server;

namespace Muster.Conformance;

/// <summary>
/// The provisioning service of one process puts devices into the hubs of others, reached over HTTPS as any IoT hub is. The official
/// clients enroll, register and look into the hubs.
/// </summary>
public sealed class RemoteHubTests : IAsyncLifetime
{
    private HubFleet _fleet = null!;
    private OfficialClients _clients = null!;

    public async ValueTask InitializeAsync()
    {
        _fleet = await HubFleet.StartAsync();
        _clients = await _fleet.StartClientsAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _clients.DisposeAsync();
        await _fleet.DisposeAsync();
    }

    // One test, because starting three servers takes longer than all of it.
    [Fact]
    public async Task Devices_are_provisioned_into_hubs_of_other_servers()
    {
        foreach (var transport in (string[])["https", "mqtt", "mqtt-ws"]) await SymmetricKeyDeviceAsync(transport);
        await CertificateDeviceAsync();
        await HashedDevicesAsync();
        await MovingDeviceAsync();
        await ResetAndSettledDevicesAsync();
        await EdgeDeviceAsync();
        await WebhookDeviceAsync();
    }

    // iot-hub checklist 65 and 67: keys and initial twin stand in the hub before the device hears of it.
    private async Task SymmetricKeyDeviceAsync(string transport)
    {
        var (primary, secondary) = (Keys.New(), Keys.New());
        var id = "group-" + transport;
        await _clients.EnrollAsync(Enrollments.Group(id, primary, secondary).AtHub(HubFleet.FarA).With("initialTwin", Twin("b43", 5)));
        var assigned = (await _clients.RegisterAsync(id + "-1", Keys.Derive(primary, id + "-1"), transport: transport)).Value;
        Assert.Equal(HubFleet.FarA, (string?)assigned["assignedHub"]);
        Assert.Equal("initialAssignment", (string?)assigned["substatus"]);

        var device = (await _clients.HubAsync(HubFleet.FarA, "get", id + "-1")).Value;
        Assert.Equal("sas", (string?)device["authentication"]?["type"]);
        Assert.Equal(Keys.Derive(primary, id + "-1"), (string?)device["authentication"]?["symmetricKey"]?["primaryKey"]);
        Assert.Equal(Keys.Derive(secondary, id + "-1"), (string?)device["authentication"]?["symmetricKey"]?["secondaryKey"]);
        await AssertTwinAsync(HubFleet.FarA, id + "-1", "b43", 5);
    }

    // Checklist 66.
    private async Task CertificateDeviceAsync()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=far-certificate", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        await _clients.EnrollAsync(Enrollments.WithCertificate("far-certificate", certificate).AtHub(HubFleet.FarB));
        var answer = await _clients.RegisterWithCertificateAsync(
            "far-certificate", certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
        Assert.Equal(HubFleet.FarB, (string?)answer.Value["assignedHub"]);
        var authentication = (await _clients.HubAsync(HubFleet.FarB, "get", "far-certificate")).Value["authentication"];
        Assert.Equal("selfSigned", (string?)authentication?["type"]);
        Assert.Equal(Convert.ToHexString(SHA256.HashData(certificate.RawData)), (string?)authentication?["x509Thumbprint"]?["primaryThumbprint"]);
    }

    private async Task HashedDevicesAsync()
    {
        var key = Keys.New();
        await _clients.EnrollAsync(Enrollments.Group("spread", key).With("allocationPolicy", "hashed"));
        var first = await RegisterManyAsync("spread", 24, key);
        foreach (var hub in (string[])[HubFleet.Service, HubFleet.FarA, HubFleet.FarB]) Assert.Contains(hub, first);
        Assert.Equal(first, await RegisterManyAsync("spread", 24, key));
    }

    // Checklist 73: from the server's own hub to another server, on to a third and back.
    private async Task MovingDeviceAsync()
    {
        var key = Keys.New();
        var enrollment = Enrollments.Individual("traveller", key).With("initialTwin", Twin("b43", 5)).AtHub(HubFleet.Service);
        await _clients.EnrollAsync(enrollment);
        (await _clients.RegisterAsync("traveller", key)).Succeeded();
        (await _clients.HubAsync(HubFleet.Service, "updateTwin", "traveller", Twin("moved along", 9), "*")).Succeeded();

        var from = HubFleet.Service;
        foreach (var to in (string[])[HubFleet.FarA, HubFleet.FarB, HubFleet.Service])
        {
            await SendToAsync("traveller", to);
            var moved = (await _clients.RegisterAsync("traveller", key)).Value;
            Assert.Equal((to, "deviceDataMigrated"), ((string?)moved["assignedHub"], (string?)moved["substatus"]));
            await AssertTwinAsync(to, "traveller", "moved along", 9);
            (await _clients.HubAsync(from, "get", "traveller")).FailedWith("DeviceNotFoundError");
            from = to;
        }
    }

    // Checklist 74 and 76.
    private async Task ResetAndSettledDevicesAsync()
    {
        foreach (var (id, updates, to, substatus) in ((string, bool, string, string)[])
            [("resetter", true, HubFleet.FarB, "deviceDataReset"), ("settler", false, HubFleet.FarA, "initialAssignment")])
        {
            var key = Keys.New();
            var policy = new JsonObject { ["updateHubAssignment"] = updates, ["migrateDeviceData"] = false };
            await _clients.EnrollAsync(Enrollments.Individual(id, key)
                .With("initialTwin", Twin("b43", 5)).With("reprovisionPolicy", policy).AtHub(HubFleet.FarA));
            (await _clients.RegisterAsync(id, key)).Succeeded();
            (await _clients.HubAsync(HubFleet.FarA, "updateTwin", id, Twin("used", 9), "*")).Succeeded();

            await SendToAsync(id, HubFleet.FarB);
            var answer = (await _clients.RegisterAsync(id, key)).Value;
            Assert.Equal((to, substatus), ((string?)answer["assignedHub"], (string?)answer["substatus"]));
            await AssertTwinAsync(to, id, updates ? "b43" : "used", updates ? 5 : 9);
            (await _clients.HubAsync(to == HubFleet.FarA ? HubFleet.FarB : HubFleet.FarA, "get", id)).FailedWith("DeviceNotFoundError");
        }
    }

    // Behaviour B-10.2 row 19: the edge runtime's modules are made anew, others stay behind.
    private async Task EdgeDeviceAsync()
    {
        var key = Keys.New();
        await _clients.EnrollAsync(Enrollments.Individual("gateway", key)
            .With("capabilities", new JsonObject { ["iotEdge"] = true }).AtHub(HubFleet.FarA));
        (await _clients.RegisterAsync("gateway", key)).Succeeded();
        var own = new JsonObject { ["deviceId"] = "gateway", ["moduleId"] = "own" };
        (await _clients.HubAsync(HubFleet.FarA, "addModule", own)).Succeeded();

        await SendToAsync("gateway", HubFleet.FarB);
        (await _clients.RegisterAsync("gateway", key)).Succeeded();
        Assert.True((bool?)(await _clients.HubAsync(HubFleet.FarB, "get", "gateway")).Value["capabilities"]?["iotEdge"]);
        var modules = (await _clients.HubAsync(HubFleet.FarB, "getModulesOnDevice", "gateway")).Value.AsArray();
        Assert.Equal(["$edgeAgent", "$edgeHub"], modules.Select(module => (string?)module!["moduleId"]).Order(StringComparer.Ordinal));
    }

    private async Task WebhookDeviceAsync()
    {
        await using var webhook = await _fleet.Sandbox.StartAsync(
            new Dictionary<string, string>(), "node", Path.Combine(RepositoryFiles.ClientScripts, "webhook.js"));
        var url = (await webhook.ReadUntilAsync("http://")) + "?code=very-secret";
        var key = Keys.New();
        var definition = new JsonObject { ["webhookUrl"] = url, ["apiVersion"] = "2021-10-01" };
        await _clients.EnrollAsync(Enrollments.Individual("chooser", key)
            .With("allocationPolicy", "custom").With("customAllocationDefinition", definition));

        foreach (var (hub, substatus) in ((string, string)[])
            [(HubFleet.FarA, "initialAssignment"), (HubFleet.FarB, "deviceDataMigrated"), (HubFleet.FarB, "initialAssignment")])
        {
            var answer = (await _clients.RegisterAsync("chooser", key, new JsonObject { ["wish"] = hub })).Value;
            Assert.Equal((hub, substatus), ((string?)answer["assignedHub"], (string?)answer["substatus"]));
            Assert.Equal(hub, (string?)answer["payload"]?["granted"]);
            var asked = JsonNode.Parse(await webhook.ReadUntilAsync("linkedHubs"))!;
            Assert.Equal(3, asked["linkedHubs"]!.AsArray().Count);
            Assert.Equal(url[..^"code=very-secret".Length] + "****", (string?)asked["individualEnrollment"]?["customAllocationDefinition"]?["webhookUrl"]);
            Assert.DoesNotContain(key, asked.ToJsonString(), StringComparison.Ordinal);
        }
    }

    private async Task SendToAsync(string id, string hub)
    {
        var stored = (await _clients.ServiceAsync("getIndividualEnrollment", id)).Value.AsObject();
        await _clients.EnrollAsync(stored.AtHub(hub));
    }

    private async Task<List<string>> RegisterManyAsync(string prefix, int count, string groupKey)
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, count)
            .Select(number => _clients.RegisterAsync($"{prefix}-{number}", Keys.Derive(groupKey, $"{prefix}-{number}"))));
        return [.. answers.Select(answer => (string)answer.Value["assignedHub"]!)];
    }

    private async Task AssertTwinAsync(string hub, string id, string site, int interval)
    {
        var twin = (await _clients.HubAsync(hub, "getTwin", id)).Value;
        Assert.Equal((site, interval), ((string?)twin["tags"]?["site"], (int?)twin["properties"]?["desired"]?["interval"]));
    }

    private static JsonObject Twin(string site, int interval) => new JsonObject
    {
        ["tags"] = new JsonObject { ["site"] = site },
        ["properties"] = new JsonObject { ["desired"] = new JsonObject { ["interval"] = interval } },
    };
}
