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
        { Individuals with { UpdatedSinceUtc = Samples.Time.AddMinutes(2), Order = EnrollmentOrder.LastUpdatedDescending }, "d,c" },
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
    public async Task Records_are_filtered_by_enrollment_substatus_error_code_and_time(RegistrationFilter filter, string expected)
    {
        await using var store = await OpenAsync();
        var search = new SqliteProvisioningSearch(store.Database);
        var all = (await search.SearchRegistrationsAsync(Samples.Instance, filter, default)).Items;
        Assert.Equal(expected, string.Join(',', all.Select(one => one.RegistrationId)));
        Assert.Equal(all.Count, await search.CountRegistrationsAsync(Samples.Instance, filter, 1000, default));
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
