using Muster.Core.Store;

namespace Muster.Storage.Sqlite;

/// <summary>
/// Keeps a log - attempt traces, audit entries - below a limit per instance. It counts committed entries in memory and deletes the
/// oldest in batches, so that an append costs no count. All members run on the writer's thread.
/// </summary>
/// <param name="writer">The writer.</param>
/// <param name="limit">How many entries an instance keeps.</param>
/// <param name="instanceOf">The instance whose log a change adds to; null for changes that add nothing.</param>
/// <param name="deleteBeyond">Deletes at most so many (last) entries of an instance that newer ones up to the limit follow.</param>
/// <param name="pruned">Told of each batch.</param>
internal sealed class LogPruner(
    SqliteWriter writer,
    int limit,
    Func<StoreChange, string?> instanceOf,
    Func<SqliteSession, string, int, int, int> deleteBeyond,
    Action<string, int> pruned)
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

    /// <summary>Notes the entries of a commit.</summary>
    public void Committed(PreparedChange[] changes)
    {
        foreach (var prepared in changes)
        {
            if (instanceOf(prepared.Change) is not { } name) continue;
            var instance = ColumnText.Key(name);
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
                return deleteBeyond(session, instance, limit, 2 * _batch);
            },
            deleted =>
            {
                entry.Count -= deleted;
                pruned(instance, deleted);
                PruneIfDue(instance, entry);
            });
    }

    private sealed class InstanceCount
    {
        public int Count { get; set; }

        public bool IsPruning { get; set; }
    }
}
