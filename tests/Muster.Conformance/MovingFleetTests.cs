using System.Text.Json.Nodes;
using Muster.Conformance.Calls;
using Muster.Conformance.Server;
using Muster.Tests;

namespace Muster.Conformance;

/// <summary>
/// A fleet of devices moves from one server's hub to another's while one of the three servers is killed. Afterwards each device stands
/// in exactly one hub, the one that its record says, with its twin (behaviour B-10.2, order of a move).
/// </summary>
public sealed class MovingFleetTests
{
    private const int Devices = 20;

    // Who is killed, and after how many moves were acknowledged.
    [Theory]
    [InlineData(HubFleet.Service, 1)]
    [InlineData(HubFleet.Service, 9)]
    [InlineData(HubFleet.FarA, 4)]
    [InlineData(HubFleet.FarB, 4)]
    public async Task Each_device_stands_in_one_hub_with_its_twin_after_a_server_was_killed(string victim, int movedBefore)
    {
        await using var fleet = await HubFleet.StartAsync();
        var groupKey = Keys.New();
        var group = Enrollments.Group("fleet", groupKey).With("initialTwin", Site("initial")).AtHub(HubFleet.FarA);
        string[] ids = [.. Enumerable.Range(0, Devices).Select(number => $"mover-{number}")];
        await using (var clients = await fleet.StartClientsAsync())
        {
            await clients.EnrollAsync(group);
            await Task.WhenAll(ids.Select(async id =>
            {
                (await RegisterAsync(clients, groupKey, id)).Succeeded();
                (await clients.HubAsync(HubFleet.FarA, "updateTwin", id, Site(id), "*")).Succeeded();
            }));
            var stored = (await clients.ServiceAsync("getEnrollmentGroup", "fleet")).Value.AsObject();
            await clients.EnrollAsync(stored.AtHub(HubFleet.FarB));

            var moved = 0;
            var enough = new TaskCompletionSource();
            var moves = ids.Select(async id =>
            {
                var answer = await RegisterAsync(clients, groupKey, id);
                if (answer.ErrorName is null && Interlocked.Increment(ref moved) == movedBefore) enough.TrySetResult();
                return answer;
            }).ToList();
            await Task.WhenAny(enough.Task, Task.WhenAll(moves));
            await fleet.KillAsync(victim);

            // What was told to its device by now is not taken back; the rest fails or is told later.
            await fleet.StartAsync(victim);
            await Task.WhenAll(moves);
        }

        await using var after = await fleet.StartClientsAsync();
        await Eventually.TrueAsync(async () => (await PlacesAsync(after, ids)).All(place => place.IsSettled), "every device stands where its record says");
        foreach (var place in await PlacesAsync(after, ids)) await AssertTwinAsync(after, place.Hub, place.Id);

        // The devices come back; the old hub is left empty.
        foreach (var id in ids) Assert.Equal(HubFleet.FarB, (string?)(await RegisterAsync(after, groupKey, id)).Value["assignedHub"]);
        await Eventually.TrueAsync(
            async () => (await after.HubAsync(HubFleet.FarA, "list")).Value.AsArray().Count == 0, "nothing is left in the old hub");
        foreach (var id in ids) await AssertTwinAsync(after, HubFleet.FarB, id);
    }

    private static Task<ClientAnswer> RegisterAsync(OfficialClients clients, string groupKey, string id) =>
        clients.RegisterAsync(id, Keys.Derive(groupKey, id));

    /// <summary>Where the hubs and the records say that the devices stand. None may be missing from both hubs at any time.</summary>
    private static async Task<List<Place>> PlacesAsync(OfficialClients clients, string[] ids)
    {
        var places = new List<Place>();
        var inB = await ListAsync(clients, HubFleet.FarB);
        var inA = await ListAsync(clients, HubFleet.FarA);
        foreach (var id in ids)
        {
            var record = (await clients.ServiceAsync("getDeviceRegistrationState", id)).Value;
            var status = (string?)record["status"];
            var hub = (string?)record["assignedHub"];

            // A move that failed left the device where it was; what stands half-made in the new hub is healed by the next attempt.
            var isSettled = status switch
            {
                "assigned" => inA.Contains(id) == (hub == HubFleet.FarA) && inB.Contains(id) == (hub == HubFleet.FarB),
                "failed" => inA.Contains(id),
                _ => false,
            };
            places.Add(new Place(id, hub ?? HubFleet.FarA, isSettled));

            // A device may have left the first hub between the two lists, but then it came to the second one before.
            if (!inA.Contains(id) && !inB.Contains(id)) Assert.Contains(id, await ListAsync(clients, HubFleet.FarB));
        }

        return places;
    }

    private static async Task<HashSet<string>> ListAsync(OfficialClients clients, string hub) =>
        [.. (await clients.HubAsync(hub, "list")).Value.AsArray().Select(device => (string)device!["deviceId"]!)];

    private static async Task AssertTwinAsync(OfficialClients clients, string hub, string id) =>
        Assert.Equal(id, (string?)(await clients.HubAsync(hub, "getTwin", id)).Value["tags"]?["site"]);

    private static JsonObject Site(string site) => new JsonObject { ["tags"] = new JsonObject { ["site"] = site } };

    private sealed record Place(string Id, string Hub, bool IsSettled);
}
