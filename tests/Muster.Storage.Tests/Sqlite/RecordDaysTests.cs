using Microsoft.Data.Sqlite;
using Muster.Core.Attestation;
using Muster.Core.Enrollments;
using Muster.Core.Quotas;
using Muster.Core.Store;
using Muster.Storage.Sqlite;
using Muster.Storage.Tests.Conformance;

namespace Muster.Storage.Tests.Sqlite;

/// <summary>How many records were created on which day, for the forecast of quotas (portal P16).</summary>
public sealed class RecordDaysTests : IDisposable
{
    private static readonly DateTimeOffset Monday = new(2026, 5, 11, 23, 59, 59, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Creations_are_counted_on_their_day_and_stay_when_records_go()
    {
        await using var store = await SqliteTestStore.OpenAsync(_folder.File("muster.db"));
        var one = Samples.Registration("one") with { CreatedUtc = Monday };
        await store.CommitAsync([new PutRegistration(one, null)], default);
        await store.CommitAsync([new PutRegistration(Samples.Registration("two") with { CreatedUtc = Monday.AddSeconds(1) }, null)], default);
        await store.CommitAsync([new PutRegistration(Samples.Registration("three") with { CreatedUtc = Monday.AddHours(5) }, null)], default);

        // Neither a change, nor a creation that is refused, nor one whose commit is undone counts.
        await store.CommitAsync([new PutRegistration(one with { ETag = "\"next\"" }, one.ETag)], default);
        Assert.Equal(CommitOutcome.Conflict, await store.CommitAsync([new PutRegistration(one, null)], default));
        var undone = new PutRegistration(Samples.Registration("four") with { CreatedUtc = Monday }, null);
        Assert.Equal(CommitOutcome.Conflict, await store.CommitAsync([undone, new PutRegistration(one, "\"other\"")], default));
        await store.CommitAsync([new DeleteRegistration(Samples.Instance, "two", null)], default);

        var monday = DateOnly.FromDateTime(Monday.UtcDateTime);
        Assert.Equal([new DailyCount(monday, 1), new DailyCount(monday.AddDays(1), 2)], await ListAsync(store, monday));
        Assert.Equal([new DailyCount(monday.AddDays(1), 2)], await ListAsync(store, monday.AddDays(1)));
        Assert.Empty(await ListAsync(store, monday.AddDays(2)));
    }

    [Fact]
    public async Task Records_of_an_older_database_are_counted_when_it_is_opened()
    {
        var path = _folder.File("muster.db");
        await using (var store = await SqliteTestStore.OpenAsync(path))
            await store.CommitAsync([new PutRegistration(Samples.Registration("one") with { CreatedUtc = Monday }, null)], default);
        await using (var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString()))
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText =
                """
                DROP TABLE registration_days;
                DROP TABLE policy_key_uses;
                DROP TABLE activity;
                DROP INDEX enrollments_by_policy;
                DROP INDEX enrollments_by_edge;
                DROP INDEX registrations_by_update;
                DROP INDEX registrations_by_error;
                DROP INDEX registrations_by_substatus;
                DELETE FROM schema_migrations WHERE version >= 10;
                """;
            await command.ExecuteNonQueryAsync();
        }

        await using var again = await SqliteTestStore.OpenAsync(path);
        Assert.Equal([new DailyCount(DateOnly.FromDateTime(Monday.UtcDateTime), 1)], await ListAsync(again, DateOnly.MinValue));
    }

    [Fact]
    public async Task Enrollments_that_exist_are_counted_on_the_day_of_their_creation_by_kind_and_mechanism()
    {
        await using var store = await SqliteTestStore.OpenAsync(_folder.File("muster.db"));
        await store.CommitAsync([new PutEnrollment(Samples.Individual("one") with { CreatedUtc = Monday }, null)], default);
        await store.CommitAsync([new PutEnrollment(Samples.Individual("two") with { CreatedUtc = Monday.AddSeconds(1) }, null)], default);
        await store.CommitAsync([new PutEnrollment(Samples.Individual("gone") with { CreatedUtc = Monday }, null)], default);
        await store.CommitAsync([new DeleteEnrollment(Samples.Instance, EnrollmentKind.Individual, "gone", null)], default);
        await store.CommitAsync([new PutEnrollment(Samples.Group("line") with { CreatedUtc = Monday }, null)], default);
        await store.CommitAsync([new PutEnrollment(Samples.Individual("elsewhere", instance: "other") with { CreatedUtc = Monday }, null)], default);

        var monday = DateOnly.FromDateTime(Monday.UtcDateTime);
        Assert.Equal([new DailyCount(monday, 1), new DailyCount(monday.AddDays(1), 1)], await EnrolledAsync(EnrollmentKind.Individual, null, monday));
        Assert.Equal([new DailyCount(monday.AddDays(1), 1)], await EnrolledAsync(EnrollmentKind.Individual, null, monday.AddDays(1)));
        Assert.Equal([new DailyCount(monday, 1)], await EnrolledAsync(EnrollmentKind.Group, AttestationType.SymmetricKey, monday));
        Assert.Empty(await EnrolledAsync(EnrollmentKind.Group, AttestationType.X509, monday));

        Task<IReadOnlyList<DailyCount>> EnrolledAsync(EnrollmentKind kind, AttestationType? type, DateOnly from) =>
            new SqliteProvisioningSearch(store.Database).ListEnrollmentCreationsAsync(Samples.Instance, kind, type, from, default);
    }

    private static Task<IReadOnlyList<DailyCount>> ListAsync(SqliteProvisioningStore store, DateOnly from) =>
        new SqliteProvisioningSearch(store.Database).ListRecordCreationsAsync(Samples.Instance, from, default);
}
