using Muster.Core.Attestation;
using Muster.Core.Enrollments;
using Muster.Core.Store;
using Muster.Storage.Sqlite;
using Muster.Storage.Tests.Conformance;

namespace Muster.Storage.Tests.Sqlite;

/// <summary>Search by text in the lists of the portal (portal P5): by part of ID, device ID and subject, by the beginning of a thumbprint.</summary>
public sealed class EnrollmentSearchTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("motor", "line-1-motor,line-2-motor")]
    [InlineData("MOTOR", "line-1-motor,line-2-motor")]
    [InlineData("2-mot", "line-2-motor")]
    [InlineData("sensor-in-hall", "pump")]
    [InlineData("hall", "pump")]
    [InlineData("l", "line-1-motor,line-2-motor")]
    [InlineData("li", "line-1-motor,line-2-motor")]
    [InlineData("ot", "")]
    [InlineData("cn=device", "valve")]
    [InlineData("BBBBBB", "valve")]
    [InlineData("BB:BB:BB", "valve")]
    [InlineData("nowhere", "")]
    [InlineData("mot\"or", "")]
    [InlineData("mot*", "")]
    [InlineData("100%_", "")]
    public async Task Text_is_found_inside_from_three_characters_on_and_at_the_beginning_before(string text, string expected)
    {
        await using var store = await OpenAsync();
        var page = await SearchAsync(store, new EnrollmentFilter { Kind = EnrollmentKind.Individual, Text = text });
        Assert.Equal(expected, string.Join(',', page.Items.Select(one => one.Id)));
        Assert.Equal(page.Items.Count, await CountAsync(store, new EnrollmentFilter { Kind = EnrollmentKind.Individual, Text = text }));
    }

    [Fact]
    public async Task What_is_changed_or_deleted_is_found_as_it_is_now()
    {
        await using var store = await OpenAsync();
        var pump = (IndividualEnrollment)(await store.FindEnrollmentAsync(Samples.Instance, EnrollmentKind.Individual, "pump", default))!;
        await store.CommitAsync([new PutEnrollment(pump with { DeviceId = "valve-in-cellar", ETag = "\"2\"" }, pump.ETag)], default);
        Assert.Empty((await SearchAsync(store, Text("hall"))).Items);
        Assert.Single((await SearchAsync(store, Text("cellar"))).Items);
        await store.CommitAsync([new DeleteEnrollment(Samples.Instance, EnrollmentKind.Individual, "pump", null)], default);
        Assert.Empty((await SearchAsync(store, Text("cellar"))).Items);
        Assert.Empty((await SearchAsync(store, Text("pump"))).Items);
    }

    [Theory]
    [InlineData(ListOrder.Id)]
    [InlineData(ListOrder.IdDescending)]
    [InlineData(ListOrder.LastUpdated)]
    [InlineData(ListOrder.LastUpdatedDescending)]
    public async Task Pages_of_a_search_hold_each_row_once_and_in_order_with_filters(ListOrder order)
    {
        await using var store = await OpenAsync();
        await store.CommitAsync(
            [.. Enumerable.Range(0, 200).Select(i => new PutEnrollment(Individual($"bulk-{i:d3}", i % 2 == 0 ? "even-device" : null) with { LastUpdatedUtc = Samples.Time.AddSeconds(i % 7) }, null))],
            default);
        foreach (var (text, count) in new[] { ("bulk", 200), ("even", 100), ("bulk-1", 100), ("bu", 200) })
        {
            var filter = new EnrollmentFilter { Kind = EnrollmentKind.Individual, Text = text, Attestation = AttestationType.SymmetricKey, Order = order, Limit = 30 };
            var seen = new List<string>();
            string? after = null;
            do
            {
                var page = await SearchAsync(store, filter with { After = after });
                seen.AddRange(page.Items.Select(one => one.Id));
                after = page.Next;
            }
            while (after is not null);

            Assert.Equal(count, seen.Distinct(StringComparer.Ordinal).Count());
            Assert.Equal(count, seen.Count);
            if (order == ListOrder.Id) Assert.Equal(seen.Order(StringComparer.Ordinal), seen);
            Assert.Equal(count, await CountAsync(store, filter));
        }
    }

    [Fact]
    public async Task Another_service_s_enrollments_are_never_found()
    {
        await using var store = await OpenAsync();
        var page = await new SqliteProvisioningSearch(store.Database).SearchEnrollmentsAsync("another", Text("motor"), default);
        Assert.Empty(page.Items);
        Assert.Empty((await SearchAsync(store, Text("motor") with { Kind = EnrollmentKind.Group })).Items);
    }

    private static EnrollmentFilter Text(string text) => new() { Kind = EnrollmentKind.Individual, Text = text };

    private static IndividualEnrollment Individual(string id, string? deviceId) => Samples.Individual(id) with { DeviceId = deviceId };

    private static Task<SearchPage<Enrollment>> SearchAsync(SqliteProvisioningStore store, EnrollmentFilter filter) =>
        new SqliteProvisioningSearch(store.Database).SearchEnrollmentsAsync(Samples.Instance, filter, default);

    private static Task<long> CountAsync(SqliteProvisioningStore store, EnrollmentFilter filter) =>
        new SqliteProvisioningSearch(store.Database).CountEnrollmentsAsync(Samples.Instance, filter, 1000, default);

    private async Task<SqliteProvisioningStore> OpenAsync()
    {
        var store = await SqliteTestStore.OpenAsync(_folder.File("muster.db"));
        await store.CommitAsync(
            [
                new PutEnrollment(Individual("line-1-motor", null), null), new PutEnrollment(Individual("line-2-motor", null), null),
                new PutEnrollment(Individual("pump", "Sensor-in-Hall-7"), null),
                new PutEnrollment(Samples.Individual("valve", attestation: Samples.Certificates('B')), null),
            ],
            default);
        return store;
    }
}
