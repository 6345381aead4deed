namespace Muster.Storage.Sqlite;

/// <summary>Where the SQLite database is and how it is kept.</summary>
public sealed record SqliteStoreOptions
{
    /// <summary>
    /// The database file; it is created when missing, its folder is not. Its companions end in <c>-wal</c> and <c>-shm</c>.
    /// </summary>
    public required string Path { get; init; }

    /// <summary>The 32 bytes that secrets are encrypted with; the same at every start.</summary>
    public required ReadOnlyMemory<byte> SecretsKey { get; init; }

    /// <summary>
    /// How many attempt traces to keep per instance, at least 1. Pruning runs in batches, so up to a tenth more, at most 1000, stand
    /// between two of them.
    /// </summary>
    public int MaxAttemptTraces { get; init; } = 100_000;

    /// <summary>How many audit entries to keep per instance, at least 1; pruned as attempt traces are.</summary>
    public int MaxAuditEntries { get; init; } = 100_000;
}
