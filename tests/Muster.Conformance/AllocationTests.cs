using System.Text.Json.Nodes;
using Muster.Conformance.Calls;
using Muster.Conformance.Server;

namespace Muster.Conformance;

/// <summary>Devices come to the hub that the allocation policy says, and move when it says another.</summary>
public sealed class AllocationTests(TwoHubServer muster)
{
    private OfficialClients Clients => muster.Clients;

    [Fact]
    public async Task Static_allocation_puts_every_device_into_its_hub()
    {
        var key = Keys.New();
        await Clients.EnrollAsync(Enrollments.Group("static-group", key).AtHub(TwoHubServer.HubB));
        var hubs = await RegisterManyAsync("static", 8, key);
        Assert.All(hubs, hub => Assert.Equal(TwoHubServer.HubB, hub));
    }

    [Fact]
    public async Task Hashed_allocation_uses_every_hub_and_gives_a_device_the_same_again()
    {
        var key = Keys.New();
        await Clients.EnrollAsync(Enrollments.Group("hashed-group", key).With("allocationPolicy", "hashed"));
        var first = await RegisterManyAsync("hashed", 24, key);
        Assert.Contains(TwoHubServer.HubA, first);
        Assert.Contains(TwoHubServer.HubB, first);
        Assert.Equal(first, await RegisterManyAsync("hashed", 24, key));
    }

    [Fact]
    public async Task A_device_moves_with_its_twin_when_the_enrollment_names_another_hub()
    {
        var key = Keys.New();
        var enrollment = Enrollments.Individual("mover", key).AtHub(TwoHubServer.HubA)
            .With("initialTwin", JsonNode.Parse("""{"tags":{"site":"b43"},"properties":{"desired":{"interval":5}}}"""))
            .With("reprovisionPolicy", JsonNode.Parse("""{"updateHubAssignment":true,"migrateDeviceData":true}"""));
        await MoveAsync(enrollment, "mover", key);

        var moved = (await Clients.RegisterAsync("mover", key)).Value;
        Assert.Equal(TwoHubServer.HubB, (string?)moved["assignedHub"]);
        Assert.Equal("deviceDataMigrated", (string?)moved["substatus"]);
        (await Clients.HubAsync(TwoHubServer.HubA, "get", "mover")).FailedWith("DeviceNotFoundError");
        var twin = (await Clients.HubAsync(TwoHubServer.HubB, "getTwin", "mover")).Value;
        Assert.Equal("moved along", (string?)twin["tags"]?["note"]);
        Assert.Equal("b43", (string?)twin["tags"]?["site"]);
        Assert.Equal(9, (int?)twin["properties"]?["desired"]?["interval"]);
    }

    [Fact]
    public async Task A_device_moves_without_its_data_when_the_policy_says_reset()
    {
        var key = Keys.New();
        var enrollment = Enrollments.Individual("resetter", key).AtHub(TwoHubServer.HubA)
            .With("initialTwin", JsonNode.Parse("""{"tags":{"site":"b43"},"properties":{"desired":{"interval":5}}}"""))
            .With("reprovisionPolicy", JsonNode.Parse("""{"updateHubAssignment":true,"migrateDeviceData":false}"""));
        await MoveAsync(enrollment, "resetter", key);

        var moved = (await Clients.RegisterAsync("resetter", key)).Value;
        Assert.Equal(TwoHubServer.HubB, (string?)moved["assignedHub"]);
        Assert.Equal("deviceDataReset", (string?)moved["substatus"]);
        (await Clients.HubAsync(TwoHubServer.HubA, "get", "resetter")).FailedWith("DeviceNotFoundError");
        var twin = (await Clients.HubAsync(TwoHubServer.HubB, "getTwin", "resetter")).Value;
        Assert.Null(twin["tags"]?["note"]);
        Assert.Equal(5, (int?)twin["properties"]?["desired"]?["interval"]);
    }

    [Fact]
    public async Task A_device_stays_when_the_policy_says_never()
    {
        var key = Keys.New();
        var enrollment = Enrollments.Individual("settler", key).AtHub(TwoHubServer.HubA)
            .With("reprovisionPolicy", JsonNode.Parse("""{"updateHubAssignment":false,"migrateDeviceData":false}"""));
        await MoveAsync(enrollment, "settler", key);

        Assert.Equal(TwoHubServer.HubA, (string?)(await Clients.RegisterAsync("settler", key)).Value["assignedHub"]);
        (await Clients.HubAsync(TwoHubServer.HubB, "get", "settler")).FailedWith("DeviceNotFoundError");
    }

    /// <summary>Registers a device at the first hub, changes its twin there, then names the second hub in the enrollment.</summary>
    private async Task MoveAsync(JsonObject enrollment, string id, string key)
    {
        await Clients.EnrollAsync(enrollment);
        Assert.Equal(TwoHubServer.HubA, (string?)(await Clients.RegisterAsync(id, key)).Value["assignedHub"]);
        var patch = JsonNode.Parse("""{"tags":{"note":"moved along"},"properties":{"desired":{"interval":9}}}""");
        (await Clients.HubAsync(TwoHubServer.HubA, "updateTwin", id, patch, "*")).Succeeded();

        var stored = (await Clients.ServiceAsync("getIndividualEnrollment", id)).Value.AsObject();
        await Clients.EnrollAsync(stored.AtHub(TwoHubServer.HubB));
    }

    private async Task<List<string>> RegisterManyAsync(string prefix, int count, string groupKey)
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, count)
            .Select(number => Clients.RegisterAsync($"{prefix}-{number}", Keys.Derive(groupKey, $"{prefix}-{number}"))));
        return [.. answers.Select(answer => (string)answer.Value["assignedHub"]!)];
    }
}
