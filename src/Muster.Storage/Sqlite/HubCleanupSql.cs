using Muster.Core.Store;

namespace Muster.Storage.Sqlite;

/// <summary>Statements over identities that wait for their deletion.</summary>
internal static class HubCleanupSql
{
    public static List<byte[]> List(SqliteSession session, string? instanceName, int limit) => instanceName is null
        ? session.Documents("SELECT document FROM hub_cleanups ORDER BY next_attempt, instance, hub, device_id LIMIT ?1", limit)
        : session.Documents(
            "SELECT document FROM hub_cleanups WHERE instance = ?1 ORDER BY next_attempt, hub, device_id LIMIT ?2",
            ColumnText.Key(instanceName), limit);

    public static byte[]? Find(SqliteSession session, string instanceName, string hub, string deviceId) => session.Document(
        "SELECT document FROM hub_cleanups WHERE instance = ?1 AND hub = ?2 AND device_id = ?3",
        ColumnText.Key(instanceName), ColumnText.Key(hub), deviceId);

    public static CommitOutcome Put(SqliteSession session, PutHubCleanup put, byte[] document)
    {
        var cleanup = put.Cleanup;
        var sql = put.OnlyIfPresent
            ? "UPDATE hub_cleanups SET next_attempt = ?4, document = ?5 WHERE instance = ?1 AND hub = ?2 AND device_id = ?3"
            : """
              INSERT INTO hub_cleanups (instance, hub, device_id, next_attempt, document) VALUES (?1, ?2, ?3, ?4, ?5)
              ON CONFLICT (instance, hub, device_id) DO UPDATE SET next_attempt = excluded.next_attempt, document = excluded.document
              """;
        session.Execute(
            sql, ColumnText.Key(cleanup.InstanceName), ColumnText.Key(cleanup.HubHostName), cleanup.DeviceId,
            cleanup.NextAttemptUtc.UtcTicks, document);
        return CommitOutcome.Committed;
    }

    public static CommitOutcome Delete(SqliteSession session, DeleteHubCleanup delete)
    {
        session.Execute(
            "DELETE FROM hub_cleanups WHERE instance = ?1 AND hub = ?2 AND device_id = ?3",
            ColumnText.Key(delete.InstanceName), ColumnText.Key(delete.HubHostName), delete.DeviceId);
        return CommitOutcome.Committed;
    }
}
