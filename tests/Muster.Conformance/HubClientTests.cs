using System.Text.Json.Nodes;
using Muster.Conformance.Calls;
using Muster.Conformance.Server;

namespace Muster.Conformance;

/// <summary>azure-iothub sees in the embedded hubs what provisioning put there, and manages devices itself.</summary>
public sealed class HubClientTests(TwoHubServer muster)
{
    private const string InitialTwin = """
        {"tags":{"site":"b43","floor":{"room":7}},"properties":{"desired":{"interval":5,"modes":["a","b"]}}}
        """;

    private OfficialClients Clients => muster.Clients;

    // Behaviour checklist 31, iot-hub checklist 65; X.509 in RemoteHubTests and CertificateTests.
    [Fact]
    public async Task The_device_of_an_individual_enrollment_has_its_keys_and_its_initial_twin()
    {
        var (primary, secondary) = (Keys.New(), Keys.New());
        var enrollment = Enrollments.Individual("in-hub", primary, secondary).With("initialTwin", JsonNode.Parse(InitialTwin));
        await Clients.EnrollAsync(enrollment);
        var hub = (string)(await Clients.RegisterAsync("in-hub", primary)).Value["assignedHub"]!;

        AssertKeys((await Clients.HubAsync(hub, "get", "in-hub")).Value, primary, secondary);
        AssertInitialTwin((await Clients.HubAsync(hub, "getTwin", "in-hub")).Value);
    }

    [Fact]
    public async Task The_device_of_a_group_has_its_derived_keys_and_the_initial_twin()
    {
        var (primary, secondary) = (Keys.New(), Keys.New());
        var group = Enrollments.Group("hub-group", primary, secondary).With("initialTwin", JsonNode.Parse(InitialTwin));
        await Clients.EnrollAsync(group);
        var hub = (string)(await Clients.RegisterAsync("in-hub-member", Keys.Derive(secondary, "in-hub-member"))).Value["assignedHub"]!;

        var device = (await Clients.HubAsync(hub, "get", "in-hub-member")).Value;
        AssertKeys(device, Keys.Derive(primary, "in-hub-member"), Keys.Derive(secondary, "in-hub-member"));
        AssertInitialTwin((await Clients.HubAsync(hub, "getTwin", "in-hub-member")).Value);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_edge_capability_reaches_the_hub(bool edge)
    {
        var id = "edge-" + edge.ToString().ToLowerInvariant();
        var key = Keys.New();
        var enrollment = Enrollments.Individual(id, key).With("capabilities", new JsonObject { ["iotEdge"] = edge });
        await Clients.EnrollAsync(enrollment);
        var hub = (string)(await Clients.RegisterAsync(id, key)).Value["assignedHub"]!;

        Assert.Equal(edge, (bool?)(await Clients.HubAsync(hub, "get", id)).Value["capabilities"]?["iotEdge"]);
    }

    [Fact]
    public async Task New_keys_of_an_enrollment_reach_the_hub_with_the_next_registration()
    {
        var (before, after) = (Keys.New(), Keys.New());
        var created = (await Clients.ServiceAsync(
            "createOrUpdateIndividualEnrollment", Enrollments.Individual("rolled", before))).Value.AsObject();
        var hub = (string)(await Clients.RegisterAsync("rolled", before)).Value["assignedHub"]!;

        var rolled = Enrollments.Individual("rolled", after).With("etag", created["etag"]!.DeepClone());
        await Clients.EnrollAsync(rolled);
        (await Clients.RegisterAsync("rolled", before)).FailedWith("UnauthorizedError");
        (await Clients.RegisterAsync("rolled", after)).Succeeded();
        AssertKeys((await Clients.HubAsync(hub, "get", "rolled")).Value, after, after);
    }

    [Fact]
    public async Task The_registry_creates_reads_updates_lists_and_deletes_devices_itself()
    {
        const string Hub = TwoHubServer.HubB;
        var created = (await Clients.HubAsync(Hub, "create", new JsonObject { ["deviceId"] = "by-hand" })).Value;
        Assert.NotEmpty((string)created["authentication"]?["symmetricKey"]?["primaryKey"]!);
        (await Clients.HubAsync(Hub, "create", new JsonObject { ["deviceId"] = "by-hand" })).FailedWith("DeviceAlreadyExistsError");

        var change = new JsonObject { ["deviceId"] = "by-hand", ["status"] = "disabled", ["statusReason"] = "lost" };
        (await Clients.HubAsync(Hub, "update", change)).Succeeded();
        var read = (await Clients.HubAsync(Hub, "get", "by-hand")).Value;
        Assert.Equal("disabled", (string?)read["status"]);
        Assert.Equal("lost", (string?)read["statusReason"]);

        var listed = (await Clients.HubAsync(Hub, "list")).Value.AsArray();
        Assert.Single(listed, device => (string?)device!["deviceId"] == "by-hand");

        (await Clients.HubAsync(Hub, "delete", "by-hand")).Succeeded();
        (await Clients.HubAsync(Hub, "get", "by-hand")).FailedWith("DeviceNotFoundError");
    }

    [Fact]
    public async Task The_registry_creates_and_deletes_devices_in_bulk()
    {
        const string Hub = TwoHubServer.HubB;
        var devices = JsonNode.Parse("""[{"deviceId":"bulk-1"},{"deviceId":"bulk-2"}]""");
        Assert.True((bool)(await Clients.HubAsync(Hub, "addDevices", devices)).Value["isSuccessful"]!);
        (await Clients.HubAsync(Hub, "get", "bulk-1")).Succeeded();

        Assert.True((bool)(await Clients.HubAsync(Hub, "removeDevices", devices, true)).Value["isSuccessful"]!);
        (await Clients.HubAsync(Hub, "get", "bulk-2")).FailedWith("DeviceNotFoundError");
    }

    [Fact]
    public async Task The_registry_updates_a_twin_and_guards_it_by_etag()
    {
        const string Hub = TwoHubServer.HubA;
        (await Clients.HubAsync(Hub, "create", new JsonObject { ["deviceId"] = "twin-by-hand" })).Succeeded();
        var etag = (string)(await Clients.HubAsync(Hub, "getTwin", "twin-by-hand")).Value["etag"]!;

        var patch = JsonNode.Parse("""{"tags":{"line":1,"gone":true},"properties":{"desired":{"speed":10}}}""");
        (await Clients.HubAsync(Hub, "updateTwin", "twin-by-hand", patch, etag)).Succeeded();
        (await Clients.HubAsync(Hub, "updateTwin", "twin-by-hand", patch, etag)).FailedWith("InvalidEtagError");
        (await Clients.HubAsync(Hub, "updateTwin", "twin-by-hand", JsonNode.Parse("""{"tags":{"gone":null}}"""), "*")).Succeeded();

        var twin = (await Clients.HubAsync(Hub, "getTwin", "twin-by-hand")).Value;
        AssertJson("""{"line":1}""", twin["tags"]);
        Assert.Equal(10, (int?)twin["properties"]?["desired"]?["speed"]);
    }

    [Fact]
    public async Task A_hub_refuses_the_key_of_another_hub()
    {
        var endpoints = muster.Server.Endpoints;
        var foreign = endpoints.Hubs[1].ConnectionString.Replace(TwoHubServer.HubB, TwoHubServer.HubA, StringComparison.Ordinal);
        var mixed = endpoints.Hubs[0] with { ConnectionString = foreign };
        await using var stranger = await muster.StartClientsAsync(endpoints with { Hubs = [mixed] });
        (await stranger.HubAsync(TwoHubServer.HubA, "list")).FailedWith("UnauthorizedError");
    }

    private static void AssertKeys(JsonNode device, string primary, string secondary)
    {
        var keys = device["authentication"]?["symmetricKey"];
        Assert.Equal("sas", (string?)device["authentication"]?["type"]);
        Assert.Equal(primary, (string?)keys?["primaryKey"]);
        Assert.Equal(secondary, (string?)keys?["secondaryKey"]);
    }

    private static void AssertInitialTwin(JsonNode twin)
    {
        AssertJson("""{"site":"b43","floor":{"room":7}}""", twin["tags"]);
        Assert.Equal(5, (int?)twin["properties"]?["desired"]?["interval"]);
        AssertJson("""["a","b"]""", twin["properties"]?["desired"]?["modes"]);
    }

    private static void AssertJson(string expected, JsonNode? actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), $"Expected {expected}, got {actual?.ToJsonString()}");
}
