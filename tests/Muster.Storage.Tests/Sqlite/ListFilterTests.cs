using Muster.Core.Allocation;
using Muster.Core.Enrollments;
using Muster.Core.Registration;
using Muster.Core.Store;
using Muster.Storage.Sqlite;
using Muster.Storage.Tests.Conformance;

namespace Muster.Storage.Tests.Sqlite;

/// <summary>Filters of the portal's lists (portal P5, P18).</summary>
public sealed class ListFilterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<EnrollmentFilter, string> Enrollments => new()
    {
        { Individuals with { Policy = AllocationPolicyKind.Static }, "b" },
        { Individuals with { Policy = AllocationPolicyKind.GeoLatency }, "c" },
        { Individuals with { OnlyDefaultPolicy = true }, "a,d" },
        { Individuals with { IotEdge = true }, "b,c" },
        { Individuals with { IotEdge = false }, "a,d" },
        { Individuals with { UpdatedSinceUtc = Samples.Time.AddMinutes(2) }, "c,d" },
        { Individuals with { UpdatedSinceUtc = Samples.Time.AddMinutes(2), Order = ListOrder.LastUpdatedDescending }, "d,c" },
        { Individuals with { UpdatedSinceUtc = Samples.Time.AddMinutes(2), Text = "d" }, "d" },
        { Individuals with { UpdatedSinceUtc = Samples.Time.AddMinutes(2), IotEdge = true }, "c" },
        { Individuals with { UpdatedSinceUtc = Samples.Time.AddDays(1) }, "" },
    };

    public static TheoryData<RegistrationFilter, string> Records => new()
    {
        { new() { EnrollmentId = "LINE" }, "b,c" },
        { new() { EnrollmentId = "a" }, "a" },
        { new() { Substatus = RegistrationSubstatus.InitialAssignment }, "a" },
        { new() { Substatus = RegistrationSubstatus.DeviceDataReset }, "b" },
        { new() { ErrorCode = 401002 }, "c" },
        { new() { ErrorCode = 404001 }, "" },
        { new() { UpdatedSinceUtc = Samples.Time.AddMinutes(1) }, "b,c" },
        { new() { UpdatedSinceUtc = Samples.Time.AddMinutes(1), ErrorCode = 401002 }, "c" },
        { new() { Order = ListOrder.IdDescending }, "c,b,a" },
        { new() { Order = ListOrder.LastUpdated }, "a,b,c" },
        { new() { Order = ListOrder.LastUpdatedDescending }, "c,b,a" },
        { new() { Order = ListOrder.IdDescending, UpdatedSinceUtc = Samples.Time.AddMinutes(1) }, "c,b" },
        { new() { Order = ListOrder.LastUpdatedDescending, UpdatedSinceUtc = Samples.Time.AddMinutes(1) }, "c,b" },
        { new() { Order = ListOrder.LastUpdated, EnrollmentGroupId = "line" }, "b,c" },
        { new() { Order = ListOrder.LastUpdatedDescending, EnrollmentGroupId = "line", ErrorCode = 401002 }, "c" },
    };

    private static EnrollmentFilter Individuals => new() { Kind = EnrollmentKind.Individual };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Enrollments))]
    public async Task Enrollments_are_filtered_by_policy_edge_and_time(EnrollmentFilter filter, string expected)
    {
        await using var store = await OpenAsync();
        var search = new SqliteProvisioningSearch(store.Database);
        var all = (await search.SearchEnrollmentsAsync(Samples.Instance, filter, default)).Items;
        Assert.Equal(expected, string.Join(',', all.Select(one => one.Id)));
        Assert.Equal(all.Count, await search.CountEnrollmentsAsync(Samples.Instance, filter, 1000, default));
        if (all.Count < 2) return;
        var first = await search.SearchEnrollmentsAsync(Samples.Instance, filter with { Limit = 1 }, default);
        var rest = await search.SearchEnrollmentsAsync(Samples.Instance, filter with { After = first.Next }, default);
        Assert.Equal(all.Skip(1).Select(one => one.Id), rest.Items.Select(one => one.Id));
    }

    [Theory]
    [MemberData(nameof(Records))]
    public async Task Records_are_filtered_and_ordered_and_paged(RegistrationFilter filter, string expected)
    {
        await using var store = await OpenAsync();
        var search = new SqliteProvisioningSearch(store.Database);
        var all = (await search.SearchRegistrationsAsync(Samples.Instance, filter, default)).Items;
        Assert.Equal(expected, string.Join(',', all.Select(one => one.RegistrationId)));
        Assert.Equal(all.Count, await search.CountRegistrationsAsync(Samples.Instance, filter, 1000, default));
        if (all.Count < 2) return;
        var first = await search.SearchRegistrationsAsync(Samples.Instance, filter with { Limit = 1 }, default);
        var rest = await search.SearchRegistrationsAsync(Samples.Instance, filter with { After = first.Next }, default);
        Assert.Equal(all.Skip(1).Select(one => one.RegistrationId), rest.Items.Select(one => one.RegistrationId));
    }

    [Theory]
    [InlineData(ListOrder.LastUpdated, "x0", "x19999")]
    [InlineData(ListOrder.LastUpdatedDescending, "x20099", "x100")]
    public async Task More_records_than_are_sorted_at_once_are_walked_by_time(ListOrder order, string first, string last)
    {
        await using var store = await OpenAsync();
        await store.CommitAsync(
            [.. Enumerable.Range(0, 20_100).Select(i => Record(Samples.Registration($"x{i}", group: "Big"), 10 + i))], default);
        var search = new SqliteProvisioningSearch(store.Database);
        var filter = new RegistrationFilter { EnrollmentGroupId = "big", Order = order, Limit = 1000 };
        var seen = new List<string>();
        do
        {
            var page = await search.SearchRegistrationsAsync(Samples.Instance, filter, default);
            seen.AddRange(page.Items.Select(one => one.RegistrationId));
            filter = filter with { After = page.Next };
        }
        while (filter.After is not null && seen.Count < 20_000);

        Assert.Equal(20_000, seen.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(first, seen[0]);
        Assert.Equal(last, seen[^1]);
    }

    private static PutEnrollment Enrollment(string id, int minute, AllocationPolicyKind? policy, DeviceCapabilities? capabilities) => new(
        Samples.Individual(id) with { AllocationPolicy = policy, Capabilities = capabilities, LastUpdatedUtc = Samples.Time.AddMinutes(minute) },
        null);

    private static PutRegistration Record(RegistrationRecord record, int minute) =>
        new(record with { LastUpdatedUtc = Samples.Time.AddMinutes(minute) }, null);

    private async Task<SqliteProvisioningStore> OpenAsync()
    {
        var store = await SqliteTestStore.OpenAsync(_folder.File("muster.db"));
        var edge = new DeviceCapabilities(true);
        await store.CommitAsync(
            [
                Enrollment("a", 0, policy: null, capabilities: null),
                Enrollment("b", 1, AllocationPolicyKind.Static, edge),
                Enrollment("c", 2, AllocationPolicyKind.GeoLatency, edge),
                Enrollment("d", 3, policy: null, new DeviceCapabilities(false)),
                Record(Samples.Registration("a") with { Substatus = RegistrationSubstatus.InitialAssignment }, 0),
                Record(Samples.Registration("b", group: "Line") with { Substatus = RegistrationSubstatus.DeviceDataReset }, 1),
                Record(Samples.Registration("c", group: "Line") with { ErrorCode = 401002 }, 2),
            ],
            default);
        return store;
    }
}
