using Dapper;
using Muster.Core.Audit;
using Muster.Core.Store;

namespace Muster.Storage.Sqlite;

/// <summary>Statements over audit entries. Their order is the order of their commits.</summary>
internal static class AuditSql
{
    public static CommitOutcome Append(SqliteSession session, AppendAuditEntry append, byte[] document)
    {
        session.Execute(
            "INSERT INTO audit_entries (instance, entity, entity_key, document) VALUES (?1, ?2, ?3, ?4)",
            ColumnText.Key(append.Entry.InstanceName), ColumnText.Of(append.Entry.Entity), ColumnText.Key(append.Entry.EntityId), document);
        return CommitOutcome.Committed;
    }

    public static List<(long Id, byte[] Document)> List(SqliteSession session, string instanceName, AuditFilter filter) =>
        session.Connection.Query<(long, byte[])>(
            "SELECT id, document FROM audit_entries WHERE instance = @instance AND id < @before"
                + (filter.EntityId is null ? "" : " AND entity_key = @key")
                + (filter.Entity is null ? "" : " AND entity = @entity")
                + " ORDER BY id DESC LIMIT @limit",
            new
            {
                instance = ColumnText.Key(instanceName),
                before = filter.Before ?? long.MaxValue,
                key = ColumnText.Key(filter.EntityId ?? ""),
                entity = filter.Entity is { } entity ? ColumnText.Of(entity) : "",
                limit = filter.Limit,
            }).AsList();

    /// <summary>How many entries each instance has.</summary>
    public static List<(string Instance, int Count)> Count(SqliteSession session) =>
        session.Connection.Query<(string, int)>("SELECT instance, COUNT(*) FROM audit_entries GROUP BY instance").AsList();

    /// <summary>
    /// Deletes entries that <paramref name="limit"/> newer ones follow, the oldest first, at most <paramref name="batch"/>;
    /// returns how many.
    /// </summary>
    public static int DeleteBeyond(SqliteSession session, string instance, int limit, int batch) => session.Execute(
        """
        DELETE FROM audit_entries WHERE id IN (
            SELECT id FROM audit_entries
            WHERE instance = ?1 AND id <= (SELECT id FROM audit_entries WHERE instance = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)
            ORDER BY id LIMIT ?3)
        """,
        instance, limit, batch);
}
