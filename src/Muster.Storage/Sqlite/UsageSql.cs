using Dapper;
using Muster.Core.Quotas;
using Muster.Core.Store;

namespace Muster.Storage.Sqlite;

/// <summary>
/// How much of what an instance holds. Triggers keep the large numbers, so that every writer counts and no reader does. Creations by day are
/// counted beside them by the one writer of records: a trigger would have to read each document for its date.
/// </summary>
internal static class UsageSql
{
    private static readonly DateOnly Epoch = new(1970, 1, 1);

    public static long Count(SqliteSession session, string instanceName, CountedEntity entity) => entity switch
    {
        // There are dozens of these at most: counting them costs less than keeping their numbers.
        CountedEntity.CaCertificate => CountRows(session, "ca_certificates", instanceName),
        CountedEntity.LinkedHub => CountRows(session, "linked_hubs", instanceName),
        _ => (long?)session.Scalar(
            "SELECT count FROM entity_counts WHERE instance = ?1 AND entity = ?2",
            ColumnText.Key(instanceName), ColumnText.Of(entity)) ?? 0,
    };

    public static CommitOutcome Require(SqliteSession session, RequireQuota require) =>
        Count(session, require.InstanceName, require.Entity) < require.Limit ? CommitOutcome.Committed : CommitOutcome.QuotaReached;

    /// <summary>Counts the creation of a record on its day, in the transaction that creates it.</summary>
    public static void RecordCreated(SqliteSession session, string instanceKey, DateTimeOffset at) => session.Execute(
        """
        INSERT INTO registration_days (instance, day, created) VALUES (?1, ?2, 1)
        ON CONFLICT (instance, day) DO UPDATE SET created = created + 1
        """,
        instanceKey, DayOf(DateOnly.FromDateTime(at.UtcDateTime)));

    public static IReadOnlyList<DailyCount> ListCreations(SqliteSession session, string instanceName, DateOnly from) =>
    [
        .. session.Connection.Query<(long Day, long Created)>(
            "SELECT day, created FROM registration_days WHERE instance = @instance AND day >= @from ORDER BY day",
            new { instance = ColumnText.Key(instanceName), from = DayOf(from) })
            .Select(row => new DailyCount(Epoch.AddDays((int)row.Day), row.Created)),
    ];

    private static long DayOf(DateOnly day) => day.DayNumber - Epoch.DayNumber;

    private static long CountRows(SqliteSession session, string table, string instanceName) =>
        (long)session.Scalar($"SELECT COUNT(*) FROM {table} WHERE instance = ?1", ColumnText.Key(instanceName))!;
}
