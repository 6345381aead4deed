using Microsoft.Data.Sqlite;

namespace Muster.Bench.ServiceApi;

/// <summary>
/// The same work by prepared statements and nothing else: one table, its primary key and one index, documents as Muster stores them,
/// the same durability.
/// </summary>
internal sealed class BareSqlite : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _insert;
    private readonly SqliteParameter _key;
    private readonly SqliteParameter _disabled;
    private readonly SqliteParameter _document;
    private readonly SqliteCommand _find;
    private readonly SqliteParameter _findKey;
    private readonly SqliteCommand _page;
    private readonly SqliteParameter _after;

    public BareSqlite(string path)
    {
        _connection = new SqliteConnection($"Data Source={path};Pooling=False");
        _connection.Open();
        Run("""
            PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = 4000;
            CREATE TABLE rows (key TEXT NOT NULL PRIMARY KEY, disabled INTEGER NOT NULL, document BLOB NOT NULL) STRICT;
            CREATE INDEX rows_disabled ON rows (key) WHERE disabled = 1;
            """);
        _insert = Prepare("INSERT INTO rows (key, disabled, document) VALUES (@key, @disabled, @document)");
        _key = _insert.Parameters.Add("@key", SqliteType.Text);
        _disabled = _insert.Parameters.Add("@disabled", SqliteType.Integer);
        _document = _insert.Parameters.Add("@document", SqliteType.Blob);
        _find = Prepare("SELECT document FROM rows WHERE key = @key");
        _findKey = _find.Parameters.Add("@key", SqliteType.Text);
        _page = Prepare("SELECT document FROM rows WHERE disabled = 1 AND key > @after ORDER BY key LIMIT 100");
        _after = _page.Parameters.Add("@after", SqliteType.Text);
    }

    public void Insert(IEnumerable<(string Key, bool IsDisabled, byte[] Document)> rows)
    {
        Run("BEGIN IMMEDIATE");
        foreach (var (key, isDisabled, document) in rows)
        {
            (_key.Value, _disabled.Value, _document.Value) = (key, isDisabled ? 1 : 0, document);
            _insert.ExecuteNonQuery();
        }

        Run("COMMIT");
    }

    public byte[] Find(string key)
    {
        _findKey.Value = key;
        using var reader = _find.ExecuteReader();
        reader.Read();
        return reader.GetFieldValue<byte[]>(0);
    }

    public int Page(string after)
    {
        _after.Value = after;
        using var reader = _page.ExecuteReader();
        var count = 0;
        while (reader.Read()) count += reader.GetFieldValue<byte[]>(0).Length > 0 ? 1 : 0;
        return count;
    }

    public void Dispose()
    {
        _page.Dispose();
        _find.Dispose();
        _insert.Dispose();
        _connection.Dispose();
    }

    private SqliteCommand Prepare(string sql)
    {
        var command = _connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this class.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command;
    }

    private void Run(string sql)
    {
        using var command = Prepare(sql);
        command.ExecuteNonQuery();
    }
}
