using Muster.Core.Quotas;
using Muster.Core.Store;

namespace Muster.Storage.Sqlite;

/// <summary>How much of what an instance holds. Triggers keep the large numbers, so that every writer counts and no reader does.</summary>
internal static class UsageSql
{
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

    private static long CountRows(SqliteSession session, string table, string instanceName) =>
        (long)session.Scalar($"SELECT COUNT(*) FROM {table} WHERE instance = ?1", ColumnText.Key(instanceName))!;
}
