using Muster.Core.Store;

namespace Muster.Storage.Sqlite;

/// <summary>Statements over CA certificates.</summary>
internal static class CaCertificateSql
{
    public static byte[]? Find(SqliteSession session, string instanceName, string name) => session.Document(
        "SELECT document FROM ca_certificates WHERE instance = ?1 AND key = ?2", ColumnText.Key(instanceName), ColumnText.Key(name));

    public static List<byte[]> List(SqliteSession session, string instanceName) =>
        session.Documents("SELECT document FROM ca_certificates WHERE instance = ?1 ORDER BY key", ColumnText.Key(instanceName));

    public static CommitOutcome Put(SqliteSession session, PutCaCertificate put, byte[] document)
    {
        var instance = ColumnText.Key(put.Certificate.InstanceName);
        var key = ColumnText.Key(put.Certificate.Name);
        var written = put.IfETag is null
            ? session.Execute(
                """
                INSERT INTO ca_certificates (instance, key, etag, document) VALUES (?1, ?2, ?3, ?4)
                ON CONFLICT (instance, key) DO NOTHING
                """,
                instance, key, put.Certificate.ETag, document)
            : session.Execute(
                "UPDATE ca_certificates SET etag = ?3, document = ?4 WHERE instance = ?1 AND key = ?2 AND etag = ?5",
                instance, key, put.Certificate.ETag, document, put.IfETag);
        return written == 1 ? CommitOutcome.Committed : CommitOutcome.Conflict;
    }

    public static CommitOutcome Delete(SqliteSession session, DeleteCaCertificate delete)
    {
        var instance = ColumnText.Key(delete.InstanceName);
        var key = ColumnText.Key(delete.Name);
        if (delete.IfETag is null)
        {
            session.Execute("DELETE FROM ca_certificates WHERE instance = ?1 AND key = ?2", instance, key);
            return CommitOutcome.Committed;
        }

        return session.Execute("DELETE FROM ca_certificates WHERE instance = ?1 AND key = ?2 AND etag = ?3", instance, key, delete.IfETag) == 1
            ? CommitOutcome.Committed
            : CommitOutcome.Conflict;
    }
}
