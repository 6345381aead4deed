using Muster.Core.Store;

namespace Muster.Storage.Sqlite;

/// <summary>Statements over instances.</summary>
internal static class InstanceSql
{
    // Certificates of enrollments go with their enrollments; the audit log stays, since it tells who deleted the instance's parts.
    private static readonly string[] Owned =
    [
        "enrollments", "registrations", "linked_hubs", "ca_certificates", "hub_cleanups", "attempt_traces",
        "entity_counts", "registration_days", "policy_key_uses", "activity", "instances",
    ];

    public static List<byte[]> List(SqliteSession session) =>
        session.Documents("SELECT document FROM instances ORDER BY created, instance");

    public static CommitOutcome Put(SqliteSession session, PutInstance put, byte[] document)
    {
        var instance = put.Instance;
        var key = ColumnText.Key(instance.Name);
        // The ID scope is unique over all instances (behaviour B-1); another owner of it is a condition that does not hold.
        if (session.Scalar("SELECT 1 FROM instances WHERE id_scope = ?1 AND instance <> ?2", instance.IdScope, key) is not null)
            return CommitOutcome.Conflict;
        var written = put.IfETag is null
            ? session.Execute(
                """
                INSERT INTO instances (instance, id_scope, etag, created, document) VALUES (?1, ?2, ?3, ?4, ?5)
                ON CONFLICT (instance) DO NOTHING
                """,
                key, instance.IdScope, instance.ETag, instance.CreatedUtc.UtcTicks, document)
            : session.Execute(
                "UPDATE instances SET id_scope = ?2, etag = ?3, created = ?4, document = ?5 WHERE instance = ?1 AND etag = ?6",
                key, instance.IdScope, instance.ETag, instance.CreatedUtc.UtcTicks, document, put.IfETag);
        if (written != 1) return CommitOutcome.Conflict;
        PolicyKeyUseSql.KeepOnly(session, instance);
        return CommitOutcome.Committed;
    }

    public static CommitOutcome Delete(SqliteSession session, DeleteInstance delete)
    {
        var key = ColumnText.Key(delete.Name);
        foreach (var table in Owned) session.Execute($"DELETE FROM {table} WHERE instance = ?1", key);
        return CommitOutcome.Committed;
    }
}
