using Muster.Core.Store;

namespace Muster.Storage.Sqlite;

/// <summary>Statements over linked hubs.</summary>
internal static class LinkedHubSql
{
    public static List<byte[]> List(SqliteSession session, string instanceName) =>
        session.Documents("SELECT document FROM linked_hubs WHERE instance = ?1 ORDER BY key", ColumnText.Key(instanceName));

    public static CommitOutcome Put(SqliteSession session, PutLinkedHub put, byte[] document)
    {
        var instance = ColumnText.Key(put.Hub.InstanceName);
        var key = ColumnText.Key(put.Hub.HostName);
        var written = put.IfETag is null
            ? session.Execute(
                """
                INSERT INTO linked_hubs (instance, key, etag, document) VALUES (?1, ?2, ?3, ?4)
                ON CONFLICT (instance, key) DO NOTHING
                """,
                instance, key, put.Hub.ETag, document)
            : session.Execute(
                "UPDATE linked_hubs SET etag = ?3, document = ?4 WHERE instance = ?1 AND key = ?2 AND etag = ?5",
                instance, key, put.Hub.ETag, document, put.IfETag);
        return written == 1 ? CommitOutcome.Committed : CommitOutcome.Conflict;
    }

    public static CommitOutcome Delete(SqliteSession session, DeleteLinkedHub delete)
    {
        var instance = ColumnText.Key(delete.InstanceName);
        var key = ColumnText.Key(delete.HostName);
        if (delete.IfETag is null)
        {
            session.Execute("DELETE FROM linked_hubs WHERE instance = ?1 AND key = ?2", instance, key);
            return CommitOutcome.Committed;
        }

        var deleted = session.Execute(
            "DELETE FROM linked_hubs WHERE instance = ?1 AND key = ?2 AND etag = ?3", instance, key, delete.IfETag);
        return deleted == 1 ? CommitOutcome.Committed : CommitOutcome.Conflict;
    }
}
