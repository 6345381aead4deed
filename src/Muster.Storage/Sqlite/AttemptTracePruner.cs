using Microsoft.Extensions.Logging;
using Muster.Core.Store;

namespace Muster.Storage.Sqlite;

/// <summary>
/// Keeps attempt traces below a limit per instance. It counts committed traces in memory and deletes the oldest in batches, so that
/// an append costs no count. All members run on the writer's thread.
/// </summary>
internal sealed class AttemptTracePruner(SqliteWriter writer, int limit, ILogger logger)
{
    private const int MaxBatch = 1000;

    private readonly Dictionary<string, InstanceCount> _counts = new(StringComparer.Ordinal);
    private readonly int _batch = Math.Clamp(limit / 10, 1, MaxBatch);

    /// <summary>Takes over what the database holds; counts are a hint only, the statement itself finds what is beyond the limit.</summary>
    public void Start(IEnumerable<(string Instance, int Count)> counts)
    {
        foreach (var (instance, count) in counts)
        {
            var entry = new InstanceCount { Count = count };
            _counts.Add(instance, entry);
            PruneIfDue(instance, entry);
        }
    }

    /// <summary>Notes the traces of a commit.</summary>
    public void Committed(PreparedChange[] changes)
    {
        foreach (var prepared in changes)
        {
            if (prepared.Change is not AppendAttemptTrace append) continue;
            var instance = ColumnText.Key(append.Trace.InstanceName);
            if (!_counts.TryGetValue(instance, out var entry)) _counts.Add(instance, entry = new InstanceCount());
            entry.Count++;
            PruneIfDue(instance, entry);
        }
    }

    private void PruneIfDue(string instance, InstanceCount entry)
    {
        if (entry.IsPruning || entry.Count < limit + _batch) return;
        entry.IsPruning = writer.TryPost(
            session =>
            {
                // From here on another may be queued: should this one fail, the next commit brings one.
                entry.IsPruning = false;
                return AttemptTraceSql.DeleteBeyond(session, instance, limit, 2 * _batch);
            },
            deleted =>
            {
                entry.Count -= deleted;
                logger.TracesPruned(instance, deleted);
                PruneIfDue(instance, entry);
            });
    }

    private sealed class InstanceCount
    {
        public int Count { get; set; }

        public bool IsPruning { get; set; }
    }
}
