using Muster.Core.Allocation;

namespace Muster.Core.Tests.Allocation;

public sealed class RendezvousHashTests
{
    private static readonly (string Host, int Weight)[] Hubs =
        [("hub-a.example.net", 1), ("hub-b.example.net", 1), ("hub-c.example.net", 2)];

    [Theory]
    [InlineData("dev-001", "hub-a.example.net")]
    [InlineData("dev-002", "hub-b.example.net")]
    [InlineData("dev-003", "hub-c.example.net")]
    [InlineData("dev-004", "hub-b.example.net")]
    [InlineData("dev-005", "hub-c.example.net")]
    [InlineData("dev-006", "hub-c.example.net")]
    [InlineData("DEV-006", "hub-c.example.net")]
    public void Device_goes_to_the_hub_of_the_published_vector(string registrationId, string hub) =>
        Assert.Equal(hub, Choose(registrationId, Hubs));

    // iot-hub checklist 83.
    [Fact]
    public void Hundred_thousand_devices_split_by_weight_and_a_new_hub_takes_only_its_share()
    {
        (string, int)[] withAnother = [.. Hubs, ("hub-d.example.net", 1)];
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        var moved = 0;
        for (var i = 0; i < 100_000; i++)
        {
            var id = $"device-{i:D6}";
            var before = Choose(id, Hubs);
            counts[before] = counts.GetValueOrDefault(before) + 1;
            var after = Choose(id, withAnother);
            if (after == before) continue;
            Assert.Equal("hub-d.example.net", after);
            moved++;
        }

        Assert.Equal(25_283, counts["hub-a.example.net"]);
        Assert.Equal(24_668, counts["hub-b.example.net"]);
        Assert.Equal(50_049, counts["hub-c.example.net"]);
        Assert.Equal(19_952, moved);
    }

    private static string Choose(string id, (string Host, int Weight)[] hubs) =>
        hubs.MaxBy(hub => RendezvousHash.Score(id, hub.Host, hub.Weight)).Host;
}
