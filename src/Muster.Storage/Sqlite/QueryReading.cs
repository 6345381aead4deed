using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Data.Sqlite;
using Muster.Core.Queries;
using SQLitePCL;

namespace Muster.Storage.Sqlite;

/// <summary>Runs the statement of a query and makes a page of its rows.</summary>
internal static class QueryReading
{
    /// <summary>Reads a page; one row beyond <paramref name="limit"/> tells that there is another page.</summary>
    /// <exception cref="OperationCanceledException">The engine was interrupted.</exception>
    public static Task<QueryPage<T>> ReadAsync<T>(
        SqliteReadPool readers, JsonTypeInfo<T> type, Action<SqliteCommand> fill, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<QueryPage<T>>(cancellationToken);
        return Task.FromResult(readers.Read(
            (type, fill, limit, cancellationToken),
            static (session, call) => Read(session, call.type, call.fill, call.limit, call.cancellationToken)));
    }

    private static QueryPage<T> Read<T>(
        SqliteSession session, JsonTypeInfo<T> type, Action<SqliteCommand> fill, int limit, CancellationToken cancellationToken)
    {
        using var command = session.Connection.CreateCommand();
        fill(command);
        // A condition that no index serves may look at every row; nobody needs that once the client has gone.
        using var interruption = cancellationToken.UnsafeRegister(
            static handle => raw.sqlite3_interrupt((sqlite3)handle!), session.Connection.Handle);
        try
        {
            return Read(command, type, limit);
        }
        catch (SqliteException exception) when (exception.SqliteErrorCode == raw.SQLITE_INTERRUPT)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
    }

    private static QueryPage<T> Read<T>(SqliteCommand command, JsonTypeInfo<T> type, int limit)
    {
        var items = new List<T>();
        QueryPosition? last = null;
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            if (items.Count == limit) return new QueryPage<T>(items, last);
            items.Add(JsonSerializer.Deserialize(reader.GetFieldValue<byte[]>(0), type)
                ?? throw new JsonException("A stored document is null: the database is damaged."));
            // Only the last one of a full page is ever asked for.
            if (items.Count == limit) last = new QueryPosition(reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetValue(2));
        }

        return new QueryPage<T>(items, null);
    }
}
