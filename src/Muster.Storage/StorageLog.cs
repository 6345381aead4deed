using Microsoft.Extensions.Logging;

namespace Muster.Storage;

/// <summary>What the store logs; event ids 3000 to 3099.</summary>
internal static partial class StorageLog
{
    [LoggerMessage(3000, LogLevel.Information, "Opened the database {Path} at schema version {Version}.")]
    public static partial void Opened(this ILogger logger, string path, int version);

    [LoggerMessage(3001, LogLevel.Information, "Applied the migration {Name}.")]
    public static partial void MigrationApplied(this ILogger logger, string name);

    [LoggerMessage(3002, LogLevel.Error, "The database refused to commit {Count} writes; their callers were told.")]
    public static partial void CommitFailed(this ILogger logger, Exception exception, int count);

    [LoggerMessage(3003, LogLevel.Warning, "One of {Count} writes failed; each is tried alone.")]
    public static partial void BatchSplit(this ILogger logger, Exception exception, int count);

    [LoggerMessage(3004, LogLevel.Error, "A write failed; its caller was told.")]
    public static partial void WriteFailed(this ILogger logger, Exception exception);

    [LoggerMessage(3005, LogLevel.Debug, "Pruned {Count} attempt traces of instance '{InstanceName}'.")]
    public static partial void TracesPruned(this ILogger logger, string instanceName, int count);

    [LoggerMessage(3006, LogLevel.Debug, "Pruned {Count} audit entries of instance '{InstanceName}'.")]
    public static partial void AuditPruned(this ILogger logger, string instanceName, int count);
}
