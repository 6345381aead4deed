using Muster.Core.Store;

namespace Muster.Storage.Sqlite;

/// <summary>Statements over registration records.</summary>
internal static class RegistrationSql
{
    public static byte[]? Find(SqliteSession session, string instanceName, string registrationId) => session.Document(
        "SELECT document FROM registrations WHERE instance = ?1 AND key = ?2",
        ColumnText.Key(instanceName), ColumnText.Key(registrationId));

    public static List<byte[]> ListOfGroup(SqliteSession session, string instanceName, string groupId, string? afterId, int limit) =>
        session.Documents(
            """
            SELECT document FROM registrations
            WHERE instance = ?1 AND enrollment_kind = 'group' AND enrollment_key = ?2 AND key > ?3
            ORDER BY key LIMIT ?4
            """,
            ColumnText.Key(instanceName), ColumnText.Key(groupId), ColumnText.Key(afterId ?? ""), limit);

    public static List<byte[]> ListUnfinished(SqliteSession session) =>
        session.Documents("SELECT document FROM registrations WHERE status = 'assigning' ORDER BY instance, key");

    public static CommitOutcome Put(SqliteSession session, PutRegistration put, byte[] document)
    {
        var record = put.Record;
        var instance = ColumnText.Key(record.InstanceName);
        var key = ColumnText.Key(record.RegistrationId);
        var status = ColumnText.Of(record.Status);
        var kind = ColumnText.Of(record.EnrollmentKind);
        var enrollmentKey = ColumnText.Key(record.EnrollmentId);
        var written = put.IfETag is null
            ? session.Execute(
                """
                INSERT INTO registrations (instance, key, id, etag, status, enrollment_kind, enrollment_key, document)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (instance, key) DO NOTHING
                """,
                instance, key, record.RegistrationId, record.ETag, status, kind, enrollmentKey, document)
            : session.Execute(
                """
                UPDATE registrations SET id = ?3, etag = ?4, status = ?5, enrollment_kind = ?6, enrollment_key = ?7, document = ?8
                WHERE instance = ?1 AND key = ?2 AND etag = ?9
                """,
                instance, key, record.RegistrationId, record.ETag, status, kind, enrollmentKey, document, put.IfETag);
        if (written != 1) return CommitOutcome.Conflict;
        if (put.IfETag is null) UsageSql.RecordCreated(session, instance, record.CreatedUtc);
        return CommitOutcome.Committed;
    }

    public static CommitOutcome Delete(SqliteSession session, DeleteRegistration delete)
    {
        var instance = ColumnText.Key(delete.InstanceName);
        var key = ColumnText.Key(delete.RegistrationId);
        if (delete.IfETag is null)
        {
            session.Execute("DELETE FROM registrations WHERE instance = ?1 AND key = ?2", instance, key);
            return CommitOutcome.Committed;
        }

        var deleted = session.Execute(
            "DELETE FROM registrations WHERE instance = ?1 AND key = ?2 AND etag = ?3", instance, key, delete.IfETag);
        return deleted == 1 ? CommitOutcome.Committed : CommitOutcome.Conflict;
    }
}
