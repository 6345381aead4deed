using System.Collections.Frozen;
using System.Net;
using Muster.Core.Allocation;
using Muster.Core.Attestation;
using Muster.Core.Enrollments;
using Muster.Core.Hubs;
using Muster.Core.Instances;
using Muster.Core.Registration;
using Muster.Core.Secrets;

namespace Muster.Core.Tests.Allocation;

public sealed class HubAllocatorTests
{
    private readonly HubLanes _lanes = new(TimeProvider.System);

    // iot-hub checklist 84 to 86.
    // Behaviour B-9.1, iot-hub 5.1, 5.4.
    [Theory]
    [InlineData("a", null, "static", "a", 0)]
    [InlineData("A", null, "static", "a", 0)]
    [InlineData("a,b", null, "static", null, 400004)]
    [InlineData("closed", null, "static", null, 401001)]
    [InlineData("unlinked", null, "static", null, 401001)]
    [InlineData("unlinked,b", null, "hashed", "b", 0)]
    [InlineData("closed,b", null, "hashed", "b", 0)]
    [InlineData("closed", null, "hashed", null, 401001)]
    [InlineData(null, "b", null, "b", 0)]
    [InlineData("", "b", null, "b", 0)]
    [InlineData("c", null, null, "c", 0)]
    public async Task Policy_and_candidates_follow_the_enrollment(string? hubs, string? single, string? policy, string? expected, int code)
    {
        var enrollment = Enrollment() with
        {
            IotHubs = hubs is null ? null : hubs.Split(',', StringSplitOptions.RemoveEmptyEntries),
            IotHubHostName = single,
            AllocationPolicy = policy is null ? null : Enum.Parse<AllocationPolicyKind>(policy, ignoreCase: true),
        };

        var result = await AllocateAsync(enrollment, [Hub("a"), Hub("b"), Hub("c"), Hub("closed") with { ApplyAllocationPolicy = false }]);

        Assert.Equal((expected, code), (result.Value?.HubHostName, result.Refusal?.Code ?? 0));
    }

    [Fact]
    public async Task No_hub_at_all_is_the_original_s_refusal()
    {
        var refusal = (await AllocateAsync(Enrollment(), [])).Refusal!;
        Assert.Equal((401001, "IoTHub not found."), (refusal.Code, refusal.Message));
    }

    [Theory]
    [InlineData("a", "a", 0)]
    [InlineData("A", "a", 0)]
    [InlineData("closed", "closed", 0)]
    [InlineData("gone", null, 401001)]
    public async Task Under_never_the_hub_stays_or_fails_when_it_is_no_longer_linked(string current, string? expected, int code)
    {
        var enrollment = Enrollment() with { IotHubs = ["b"], AllocationPolicy = AllocationPolicyKind.Static };
        var result = await AllocateAsync(
            enrollment, [Hub("a"), Hub("b"), Hub("closed") with { ApplyAllocationPolicy = false }],
            request => request with { Current = new HubAssignment(current, "dev"), KeepsHub = true });
        Assert.Equal((expected, code), (result.Value?.HubHostName, result.Refusal?.Code ?? 0));
    }

    // iot-hub checklist 87.
    // iot-hub 5.3: the longest prefix counts, whatever the order of the rows.
    [Theory]
    [InlineData("10.1.2.3", "east")]
    [InlineData("::ffff:10.1.2.3", "east")]
    [InlineData("10.9.9.9", "west")]
    [InlineData("2001:db8::1", "east")]
    public async Task Lowest_latency_follows_the_longest_matching_network(string address, string expected)
    {
        var table = new LatencyTable([
            Row("10.0.0.0/8", ("west", 5), ("east", 50)),
            Row("10.1.0.0/16", ("West", 80), ("EAST", 8)),
            Row("2001:db8::/32", ("west", 9), ("east", 3)),
        ]);
        var result = await LowestLatencyAsync(table, address, [Hub("west") with { Location = "west" }, Hub("east") with { Location = "east" }]);
        Assert.Equal(expected, result.HubHostName);
        Assert.Contains("by the configured table", result.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("192.168.0.1")]
    [InlineData("no address")]
    [InlineData(null)]
    public async Task Lowest_latency_without_a_matching_network_is_settled_by_the_weighted_hash(string? address)
    {
        var table = new LatencyTable([Row("10.0.0.0/8", ("west", 5))]);
        LinkedHub[] hubs = [Hub("hub-a.example.net"), Hub("hub-b.example.net"), Hub("hub-c.example.net") with { AllocationWeight = 2 }];
        var result = await LowestLatencyAsync(table, address, hubs, "dev-002");
        Assert.Equal("hub-b.example.net", result.HubHostName);
    }

    [Fact]
    public async Task Hubs_with_equal_latency_are_settled_by_the_weighted_hash()
    {
        var table = new LatencyTable([Row("0.0.0.0/0", ("near", 5), ("far", 90))]);
        LinkedHub[] hubs = [
            Hub("hub-a.example.net") with { Location = "near" },
            Hub("hub-b.example.net") with { Location = "near" },
            Hub("hub-c.example.net") with { Location = "far", AllocationWeight = 1000 }];
        Assert.Equal("hub-b.example.net", (await LowestLatencyAsync(table, "1.2.3.4", hubs, "dev-002")).HubHostName);
        Assert.Equal("hub-a.example.net", (await LowestLatencyAsync(table, "1.2.3.4", hubs, "dev-001")).HubHostName);
    }

    [Fact]
    public async Task Without_a_table_row_the_measured_latency_decides_and_a_device_that_stands_well_stays()
    {
        LinkedHub[] hubs = [Hub("near"), Hub("also-near"), Hub("far")];
        foreach (var (hub, milliseconds) in hubs.Zip([20, 22, 200])) _lanes.Of(hub).Answered(TimeSpan.FromMilliseconds(milliseconds));
        for (var device = 0; device < 20; device++)
            Assert.NotEqual("far", (await LowestLatencyAsync(LatencyTable.Empty, "1.2.3.4", hubs, $"dev-{device}")).HubHostName);

        foreach (var current in (string[])["near", "also-near"])
        {
            var policy = new LowestLatencyAllocationPolicy(LatencyTable.Empty, _lanes);
            var request = Request(Enrollment(), hubs, "dev-1") with { Current = new HubAssignment(current, "dev-1") };
            Assert.Equal(current, (await policy.AllocateAsync(request, default)).Value!.HubHostName);
        }
    }

    [Fact]
    public async Task Hashing_is_proportional_and_a_new_hub_moves_only_its_share()
    {
        LinkedHub[] three = [Hub("hub-a.example.net"), Hub("hub-b.example.net"), Hub("hub-c.example.net") with { AllocationWeight = 2 }];
        LinkedHub[] four = [.. three, Hub("hub-d.example.net")];
        var moved = 0;
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var device = 0; device < 100_000; device++)
        {
            var before = await HashedAsync(three, $"device-{device:000000}");
            counts[before] = counts.GetValueOrDefault(before) + 1;
            if (await HashedAsync(four, $"device-{device:000000}") != before) moved++;
        }

        // The vectors of iot-hub 5.2.
        Assert.Equal((25_283, 24_668, 50_049, 19_952),
            (counts["hub-a.example.net"], counts["hub-b.example.net"], counts["hub-c.example.net"], moved));
    }

    private static async Task<string> HashedAsync(LinkedHub[] hubs, string id) =>
        (await new HashedAllocationPolicy().AllocateAsync(Request(Enrollment(), hubs, id), default)).Value!.HubHostName;

    private async Task<AllocationResult> LowestLatencyAsync(LatencyTable table, string? address, LinkedHub[] hubs, string id = "dev-001") =>
        (await new LowestLatencyAllocationPolicy(table, _lanes).AllocateAsync(
            Request(Enrollment(), hubs, id) with { RemoteAddress = address }, default)).Value!;

    private async Task<Errors.Result<AllocationResult>> AllocateAsync(
        Enrollment enrollment, LinkedHub[] hubs, Func<AllocationRequest, AllocationRequest>? change = null)
    {
        var allocator = new HubAllocator([new HashedAllocationPolicy(), new StaticAllocationPolicy()]);
        var request = Request(enrollment, hubs, "dev");
        return await allocator.AllocateAsync(Instance(), change?.Invoke(request) ?? request, default);
    }

    private static AllocationRequest Request(Enrollment enrollment, LinkedHub[] hubs, string id) =>
        new() { RegistrationId = id, Enrollment = enrollment, Candidates = hubs };

    private static LatencyRow Row(string source, params (string Location, double Milliseconds)[] latencies) => new(
        IPNetwork.Parse(source),
        latencies.ToFrozenDictionary(entry => entry.Location, entry => entry.Milliseconds, StringComparer.OrdinalIgnoreCase));

    private static LinkedHub Hub(string name) => new()
    {
        InstanceName = "default",
        HostName = name,
        Connector = "embedded",
        ConnectionString = new Secret(""),
        ETag = "e",
    };

    private static IndividualEnrollment Enrollment() => new()
    {
        InstanceName = "default",
        Id = "dev",
        Attestation = new SymmetricKeyAttestation(new SymmetricKeyPair(new Secret("AQID"), new Secret("AQID"))),
        ETag = "e",
        CreatedUtc = default,
        LastUpdatedUtc = default,
    };

    private static ProvisioningInstance Instance() => new()
    {
        Name = "default",
        IdScope = "0ne00000001",
        ServiceHostNames = [],
        AccessPolicies = [],
        CreatedUtc = default,
        ETag = "e",
    };
}
