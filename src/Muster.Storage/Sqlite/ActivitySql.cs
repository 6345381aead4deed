using Dapper;
using Muster.Core.Activity;
using Muster.Core.Store;

namespace Muster.Storage.Sqlite;

/// <summary>Statements over how registrations ended, in stretches of time.</summary>
internal static class ActivitySql
{
    public static CommitOutcome Add(SqliteSession session, AddActivity add)
    {
        var count = add.Count;
        session.Execute(
            """
            INSERT INTO activity (instance, start, outcome, hub, code, count) SELECT ?1, ?2, ?3, ?4, ?5, ?6
            WHERE EXISTS (SELECT 1 FROM instances WHERE instance = ?1)
            ON CONFLICT (instance, start, outcome, hub, code) DO UPDATE SET count = count + excluded.count
            """,
            ColumnText.Key(count.InstanceName), count.StartUtc.UtcTicks, ColumnText.Of(count.Outcome), ColumnText.Key(count.HubHostName),
            (long)count.ErrorCode, count.Count);
        return CommitOutcome.Committed;
    }

    public static CommitOutcome Drop(SqliteSession session, DropActivity drop)
    {
        session.Execute("DELETE FROM activity WHERE start <= ?1", drop.UntilUtc.UtcTicks);
        return CommitOutcome.Committed;
    }

    public static IReadOnlyList<ActivityCount> List(SqliteSession session, string instanceName, DateTimeOffset from)
    {
        var key = ColumnText.Key(instanceName);
        return
        [
            .. session.Connection.Query<(long Start, string Outcome, string Hub, long Code, long Count)>(
                "SELECT start, outcome, hub, code, count FROM activity WHERE instance = @key AND start >= @from ORDER BY start",
                new { key, from = from.UtcTicks })
                .Select(row => new ActivityCount(
                    key, new DateTimeOffset(row.Start, TimeSpan.Zero), OutcomeOf(row.Outcome), row.Hub, (int)row.Code, row.Count)),
        ];
    }

    private static ActivityOutcome OutcomeOf(string text) =>
        Enum.GetValues<ActivityOutcome>().First(outcome => ColumnText.Of(outcome) == text);
}
