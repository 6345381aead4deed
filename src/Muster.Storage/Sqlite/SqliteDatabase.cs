using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Muster.Storage.Secrets;

namespace Muster.Storage.Sqlite;

/// <summary>
/// One open SQLite database: its writer, its readers and its secrets key, shared by the stores over it. One process has it open at a
/// time. Writes are durable when they are acknowledged (WAL, <c>synchronous=FULL</c>).
/// </summary>
public sealed class SqliteDatabase : IAsyncDisposable
{
    private const string KeyCheckPurpose = "key check";

    private readonly SqliteSession _writing;

    private SqliteDatabase(SqliteStoreOptions options, SecretProtector protector, SqliteSession writing, ILogger logger)
    {
        _writing = writing;
        Options = options;
        Protector = protector;
        Writer = new SqliteWriter(writing, logger);
        Readers = new SqliteReadPool(options.Path);
        Logger = logger;
    }

    internal SqliteStoreOptions Options { get; }

    internal SecretProtector Protector { get; }

    internal SqliteWriter Writer { get; }

    internal SqliteReadPool Readers { get; }

    internal ILogger Logger { get; }

    /// <summary>Opens the database, creates it when it is missing, and applies the migrations that it lacks.</summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="StoreVersionException">The database belongs to another version.</exception>
    /// <exception cref="StoreKeyException">The database's secrets are encrypted with another key.</exception>
    public static Task<SqliteDatabase> OpenAsync(
        SqliteStoreOptions options, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellationToken) =>
        OpenAsync(options, SqliteMigrations.Embedded, time, loggers, cancellationToken);

    /// <summary>Writes what waits, then closes every connection. The stores over it are unusable from here on.</summary>
    public async ValueTask DisposeAsync()
    {
        await Writer.DisposeAsync();
        Readers.Dispose();
        // Last, since only a connection that may write takes the log over into the database file when it closes.
        _writing.Dispose();
    }

    internal static Task<SqliteDatabase> OpenAsync(
        SqliteStoreOptions options,
        IReadOnlyList<MigrationScript> migrations,
        TimeProvider time,
        ILoggerFactory loggers,
        CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(options.Path);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxAttemptTraces, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxAuditEntries, 1);
        var protector = new SecretProtector(options.SecretsKey.Span);
        // The engine knows no asynchronous work: opening may wait for the disk.
        return Task.Run(() => Open(options, protector, migrations, time, loggers), cancellationToken);
    }

    /// <summary>Makes a missing file with mode 0600, whatever the folder's mode is; the engine gives its companions the same.</summary>
    private static void CreatePrivately(string path)
    {
        if (File.Exists(path) || OperatingSystem.IsWindows()) return;
        var create = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        new FileStream(path, create).Dispose();
    }

    private static SqliteDatabase Open(
        SqliteStoreOptions options,
        SecretProtector protector,
        IReadOnlyList<MigrationScript> migrations,
        TimeProvider time,
        ILoggerFactory loggers)
    {
        var logger = loggers.CreateLogger("Muster.Storage.Sqlite");
        CreatePrivately(options.Path);
        var session = SqliteSession.OpenWriter(options.Path);
        try
        {
            session.Execute("BEGIN IMMEDIATE");
            var version = SqliteMigrations.Apply(session, migrations, time.GetUtcNow(), logger);
            CheckKey(session, protector);
            session.Execute("COMMIT");
            logger.Opened(options.Path, version);
        }
        catch
        {
            session.RollbackIfOpen();
            session.Dispose();
            throw;
        }

        return new SqliteDatabase(options, protector, session, logger);
    }

    /// <summary>Stores a value encrypted with the key at first, and later checks that the key still decrypts it.</summary>
    private static void CheckKey(SqliteSession session, SecretProtector protector)
    {
        var check = session.Document("SELECT value FROM store_settings WHERE name = 'key_check'");
        if (check is null)
        {
            session.Execute(
                "INSERT INTO store_settings (name, value) VALUES ('key_check', ?1)", protector.Protect(KeyCheckPurpose, "muster"u8));
            return;
        }

        try
        {
            protector.Unprotect(KeyCheckPurpose, check);
        }
        catch (CryptographicException exception)
        {
            throw new StoreKeyException(
                $"The secrets key given is not the one that this database was made with. {exception.Message} Give the original key; " +
                "without it the stored secrets cannot be read.",
                exception);
        }
    }
}
