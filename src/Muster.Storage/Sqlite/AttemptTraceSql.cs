using Dapper;
using Muster.Core.Store;

namespace Muster.Storage.Sqlite;

/// <summary>Statements over attempt traces. Their order is the order of their commits.</summary>
internal static class AttemptTraceSql
{
    public static CommitOutcome Append(SqliteSession session, AppendAttemptTrace append, byte[] document)
    {
        session.Execute(
            "INSERT INTO attempt_traces (instance, registration_key, refused, document) VALUES (?1, ?2, ?3, ?4)",
            ColumnText.Key(append.Trace.InstanceName), ColumnText.Key(append.Trace.RegistrationId),
            ColumnText.IsRefused(append.Trace.Outcome) ? 1 : 0, document);
        return CommitOutcome.Committed;
    }

    public static CommitOutcome Replace(SqliteSession session, ReplaceAttemptTrace replace, byte[] document)
    {
        session.Execute(
            """
            UPDATE attempt_traces SET refused = ?4, document = ?5 WHERE id = (
                SELECT id FROM attempt_traces
                WHERE instance = ?1 AND registration_key = ?2 AND json_extract(CAST(document AS TEXT), '$.trackingId') = ?3
                ORDER BY id DESC LIMIT 1)
            """,
            ColumnText.Key(replace.Trace.InstanceName), ColumnText.Key(replace.Trace.RegistrationId),
            replace.Trace.TrackingId.ToString(), ColumnText.IsRefused(replace.Trace.Outcome) ? 1 : 0, document);
        return CommitOutcome.Committed;
    }

    public static List<byte[]> List(SqliteSession session, string instanceName, AttemptTraceFilter filter)
    {
        var instance = ColumnText.Key(instanceName);
        return (filter.RegistrationId, filter.OnlyRefused) switch
        {
            (null, false) => session.Documents(
                "SELECT document FROM attempt_traces WHERE instance = ?1 ORDER BY id DESC LIMIT ?2", instance, filter.Limit),
            (null, true) => session.Documents(
                "SELECT document FROM attempt_traces WHERE instance = ?1 AND refused = 1 ORDER BY id DESC LIMIT ?2",
                instance, filter.Limit),
            ({ } id, false) => session.Documents(
                "SELECT document FROM attempt_traces WHERE instance = ?1 AND registration_key = ?2 ORDER BY id DESC LIMIT ?3",
                instance, ColumnText.Key(id), filter.Limit),
            ({ } id, true) => session.Documents(
                """
                SELECT document FROM attempt_traces
                WHERE instance = ?1 AND registration_key = ?2 AND refused = 1 ORDER BY id DESC LIMIT ?3
                """,
                instance, ColumnText.Key(id), filter.Limit),
        };
    }

    /// <summary>How many traces each instance has.</summary>
    public static List<(string Instance, int Count)> Count(SqliteSession session) =>
        session.Connection.Query<(string, int)>("SELECT instance, COUNT(*) FROM attempt_traces GROUP BY instance").AsList();

    /// <summary>
    /// Deletes traces that <paramref name="limit"/> newer ones follow, the oldest first, at most <paramref name="batch"/>;
    /// returns how many.
    /// </summary>
    public static int DeleteBeyond(SqliteSession session, string instance, int limit, int batch) => session.Execute(
        """
        DELETE FROM attempt_traces WHERE id IN (
            SELECT id FROM attempt_traces
            WHERE instance = ?1 AND id <= (SELECT id FROM attempt_traces WHERE instance = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)
            ORDER BY id LIMIT ?3)
        """,
        instance, limit, batch);
}
