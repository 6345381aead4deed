using System.Text.Json.Nodes;
using Azure.Core;
using Muster.Core.Hubs;
using Muster.Core.Secrets;
using Muster.Hubs.AzureIotHub;
using Muster.TestKit;

namespace Muster.Hubs.Tests.AzureIotHub;

/// <summary>The connector's calls, by the sequence of iot-hub 2.5.</summary>
public sealed class ConnectorTests
{
    [Fact]
    public async Task A_new_device_is_created_in_one_call()
    {
        await using var harness = await ConnectorHarness.StartAsync();

        Assert.Equal(HubEnsureOutcome.Created, await harness.EnsureAsync("dev%1", edge: true));

        Assert.Equal("PUT /devices/dev%251", Assert.Single(harness.Hub.Calls));
        var identity = harness.Hub.Devices["dev%1"].Identity;
        Assert.Equal("sas", (string?)identity["authentication"]!["type"]);
        Assert.Equal("AQEBAQ==", (string?)identity["authentication"]!["symmetricKey"]!["primaryKey"]);
        Assert.Equal("AgICAg==", (string?)identity["authentication"]!["symmetricKey"]!["secondaryKey"]);
        Assert.True((bool?)identity["capabilities"]!["iotEdge"]);
        Assert.Equal("enabled", (string?)identity["status"]);
    }

    [Fact]
    public async Task An_existing_device_gets_the_credential_and_keeps_what_operators_decided()
    {
        await using var harness = await ConnectorHarness.StartAsync();
        harness.Hub.Devices["dev"] = new RestHubDevice(JsonNode.Parse("""
            {"deviceId":"dev","etag":"MQ==","status":"disabled","statusReason":"lost","deviceScope":"ms-azure-iot-edge://parent-1",
             "capabilities":{"iotEdge":true},"authentication":{"type":"sas","symmetricKey":{"primaryKey":"b2xk","secondaryKey":"b2xk"}}}
            """)!.AsObject());

        Assert.Equal(HubEnsureOutcome.AlreadyExisted, await harness.EnsureAsync("dev", ConnectorHarness.Thumbprints, edge: null));

        Assert.Equal(["PUT /devices/dev", "GET /devices/dev", "PUT /devices/dev"], harness.Hub.Calls);
        var identity = harness.Hub.Devices["dev"].Identity;
        Assert.Equal(("disabled", "lost", "ms-azure-iot-edge://parent-1", true),
            ((string?)identity["status"], (string?)identity["statusReason"], (string?)identity["deviceScope"], (bool?)identity["capabilities"]!["iotEdge"]));
        Assert.Equal("selfSigned", (string?)identity["authentication"]!["type"]);
        Assert.Equal(new string('A', 64), (string?)identity["authentication"]!["x509Thumbprint"]!["primaryThumbprint"]);
        Assert.Null(identity["authentication"]!["symmetricKey"]);
    }

    [Fact]
    public async Task A_race_for_the_same_device_is_run_again()
    {
        await using var harness = await ConnectorHarness.StartAsync();
        await harness.EnsureAsync("dev");
        harness.Hub.Calls.Clear();
        harness.Hub.Next("PUT", RestHub.Refuse(409, "DeviceAlreadyExists", "x"));
        harness.Hub.Next("GET", RestHub.Refuse(404, "DeviceNotFound", "x"));
        harness.Hub.Next("PUT", RestHub.Refuse(409, "DeviceAlreadyExists", "x"));
        harness.Hub.Next("GET", RestHub.Answer(200, """{"deviceId":"dev","etag":"stale"}"""));

        Assert.Equal(HubEnsureOutcome.AlreadyExisted, await harness.EnsureAsync("dev", ConnectorHarness.Thumbprints));
        Assert.Equal(8, harness.Hub.Calls.Count);
    }

    [Fact]
    public async Task Twins_are_read_without_the_hub_s_own_members()
    {
        await using var harness = await ConnectorHarness.StartAsync();
        Assert.Null(await harness.Connector.ReadDeviceAsync("dev", default));
        await harness.EnsureAsync("dev");
        var device = harness.Hub.Devices["dev"];
        device.Tags["site"] = "b43";
        device.Desired["interval"] = 5;
        device.Reported["firmware"] = "1.0";

        var read = (await harness.Connector.ReadDeviceAsync("dev", default))!;

        Assert.Equal(("""{"site":"b43"}""", """{"interval":5}""", """{"firmware":"1.0"}"""),
            (read.Tags!.Value.GetRawText(), read.Desired!.Value.GetRawText(), read.Reported!.Value.GetRawText()));
        Assert.True(read.IsEnabled);
    }

    [Fact]
    public async Task An_initial_twin_is_merged_and_a_replacement_replaces_and_carries_reported_properties()
    {
        await using var harness = await ConnectorHarness.StartAsync();
        await harness.EnsureAsync("dev");
        var device = harness.Hub.Devices["dev"];
        device.Tags["stale"] = 1;
        device.Reported["stale"] = 1;
        var tags = ConnectorHarness.Json("""{"site":"b43"}""");
        var desired = ConnectorHarness.Json("""{"interval":5}""");

        await harness.Connector.ApplyTwinAsync("dev", new HubTwin(tags, desired), HubTwinMode.Merge, default);
        Assert.Equal("""{"stale":1,"site":"b43"}""", device.Tags.ToJsonString());

        var moved = new HubTwin(tags, desired, ConnectorHarness.Json("""{"firmware":"1.0"}"""));
        await harness.Connector.ApplyTwinAsync("dev", moved, HubTwinMode.Replace, default);
        Assert.Equal(("""{"site":"b43"}""", """{"firmware":"1.0"}"""), (device.Tags.ToJsonString(), device.Reported.ToJsonString()));
    }

    [Fact]
    public async Task A_hub_that_does_not_let_reported_properties_be_written_is_no_failure()
    {
        await using var harness = await ConnectorHarness.StartAsync();
        await harness.EnsureAsync("dev");
        harness.Hub.Next("POST /devices", RestHub.Refuse(400, "BulkRegistryOperationFailure", "no"));
        var moved = new HubTwin(ConnectorHarness.Json("""{"a":1}"""), null, ConnectorHarness.Json("""{"b":1}"""));
        await harness.Connector.ApplyTwinAsync("dev", moved, HubTwinMode.Replace, default);
        Assert.Equal("""{"a":1}""", harness.Hub.Devices["dev"].Tags.ToJsonString());
    }

    [Fact]
    public async Task A_device_is_disabled_with_a_reason_and_keeps_its_credentials()
    {
        await using var harness = await ConnectorHarness.StartAsync();
        await harness.EnsureAsync("dev");
        await harness.Connector.SetEnabledAsync("dev", enabled: false, "stolen", default);
        var identity = harness.Hub.Devices["dev"].Identity;
        Assert.Equal(("disabled", "stolen", "AQEBAQ=="),
            ((string?)identity["status"], (string?)identity["statusReason"], (string?)identity["authentication"]!["symmetricKey"]!["primaryKey"]));
    }

    [Fact]
    public async Task Deleting_what_is_not_there_is_a_success()
    {
        await using var harness = await ConnectorHarness.StartAsync();
        await harness.EnsureAsync("dev");
        await harness.Connector.DeleteDeviceAsync("dev", default);
        await harness.Connector.DeleteDeviceAsync("dev", default);
        Assert.Empty(harness.Hub.Devices);
    }

    [Fact]
    public async Task An_identity_based_link_sends_a_bearer_token()
    {
        await using var harness = await ConnectorHarness.StartAsync();
        harness.Hub.BearerToken = "token-of-the-identity";
        using var factory = new AzureIotHubConnectorFactory(
            TimeProvider.System, _ => DelegatedTokenCredential.Create((context, _) =>
            {
                Assert.Equal("https://iothubs.azure.net/.default", Assert.Single(context.Scopes));
                return new AccessToken("token-of-the-identity", DateTimeOffset.UtcNow.AddHours(1));
            }));
        var connector = harness.Connect(link => link with
        {
            AuthenticationType = HubAuthenticationType.SystemAssigned,
            ConnectionString = new Secret($"HostName={harness.Hub.HostName}"),
        }, factory);
        Assert.Null(await connector.ReadDeviceAsync("dev", default));
    }

    [Fact]
    public async Task A_changed_link_is_used_from_the_next_call_on()
    {
        await using var harness = await ConnectorHarness.StartAsync();
        var wrong = harness.Connect(link => link with { ConnectionString = WrongKey(harness) });
        Assert.Equal(401002, (await Assert.ThrowsAsync<HubCallException>(() => wrong.ReadDeviceAsync("dev", default))).Code);
        Assert.Null(await harness.Connect().ReadDeviceAsync("dev", default));
    }

    internal static Secret WrongKey(ConnectorHarness harness) =>
        new($"HostName={harness.Hub.HostName};SharedAccessKeyName=dps;SharedAccessKey=AAAA");
}
