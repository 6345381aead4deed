using Muster.Core.Errors;
using Muster.Core.Registration;
using Muster.Core.Store;

namespace Muster.Core.Activity;

/// <summary>
/// Counts how registrations end, in stretches of five minutes over a day, for the portal's numbers over time (portal P1, P3). A registration
/// only counts in memory; what was counted goes to the store in the background and when the server stops, so a crash loses
/// <see cref="FlushInterval"/> at most. Beside it <see cref="Quotas.InstanceLimiter"/> counts calls, answered or not, to the second, and the store
/// counts created records by day, exactly: neither knows how a registration ended. Safe for use by many threads.
/// </summary>
/// <param name="store">Keeps what was counted.</param>
/// <param name="time">The clock.</param>
/// <param name="faults">Is told when the store cannot be written in the background.</param>
public sealed class ActivityService(IProvisioningStore store, TimeProvider time, IFaultLog faults) : IDisposable
{
    /// <summary>Most hubs, and most error codes, that are told apart in one stretch of one instance before they are stored.</summary>
    public const int MaxKinds = 100;

    private readonly Lock _mutex = new();
    private readonly SemaphoreSlim _gate = new(1, 1);
    private Dictionary<(string Instance, DateTimeOffset Start), Dictionary<Kind, long>> _pending = [];
    private DateTimeOffset _droppedBefore;

    /// <summary>How long one bucket lasts.</summary>
    public static TimeSpan BucketLength { get; } = TimeSpan.FromMinutes(5);

    /// <summary>How far back buckets are kept.</summary>
    public static TimeSpan Kept { get; } = TimeSpan.FromDays(1);

    /// <summary>How often what was counted is stored.</summary>
    public static TimeSpan FlushInterval { get; } = TimeSpan.FromSeconds(15);

    /// <summary>Counts a registration that has ended with this record; one in progress does not count.</summary>
    public void Count(RegistrationRecord record)
    {
        if (Kind.Of(record) is { } kind) Add(record.InstanceName, kind);
    }

    /// <summary>Counts a registration that was refused with a six-digit code.</summary>
    public void CountRefusal(string instance, int code) => Add(instance, new Kind(ActivityOutcome.Failed, "", code));

    /// <summary>What happened in an instance: one bucket for each stretch, those in which nothing happened included, the oldest first.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="from">The first bucket is the one that holds this time, but none that began more than <see cref="Kept"/> ago.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The buckets up to the one that lasts now; none where <paramref name="from"/> is in the future.</returns>
    public async Task<IReadOnlyList<ActivityBucket>> ReadAsync(string instance, DateTimeOffset from, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var first = StartOf(from < now - Kept ? now - Kept + BucketLength : from);

        // No flush in between: what it takes from memory is in the store only when it is done.
        await _gate.WaitAsync(cancellationToken);
        ILookup<DateTimeOffset, ActivityCount> counts;
        try
        {
            var stored = await store.ListActivityAsync(instance, first, cancellationToken);
            counts = stored.Concat(Waiting(instance)).ToLookup(count => count.StartUtc);
        }
        finally
        {
            _gate.Release();
        }

        var buckets = new List<ActivityBucket>();
        for (var start = first; start <= now; start += BucketLength) buckets.Add(ActivityBucket.Of(start, counts[start]));
        return buckets;
    }

    /// <summary>How many devices were assigned in the last hour, to five minutes: the bucket that lasts now and the eleven before it.</summary>
    public async Task<long> AssignedInLastHourAsync(string instance, CancellationToken cancellationToken)
    {
        var hour = await ReadAsync(instance, time.GetUtcNow() - TimeSpan.FromHours(1) + BucketLength, cancellationToken);
        return hour.Sum(bucket => bucket.Assigned);
    }

    /// <summary>Stores what was counted, and drops what is older than <see cref="Kept"/>. What cannot be stored goes on waiting.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var oldest = StartOf(time.GetUtcNow() - Kept);
            Dictionary<(string Instance, DateTimeOffset Start), Dictionary<Kind, long>> taken;
            lock (_mutex) (taken, _pending) = (_pending, []);
            var changes = new List<StoreChange>();
            changes.AddRange(Listed(taken).Where(count => count.StartUtc > oldest).Select(count => new AddActivity(count)));
            if (oldest > _droppedBefore) changes.Add(new DropActivity(oldest));
            if (changes.Count == 0) return;
            try
            {
                await store.CommitAsync(changes, cancellationToken);
                _droppedBefore = oldest;
            }
            catch
            {
                PutBack(taken, oldest);
                throw;
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>
    /// Stores every <see cref="FlushInterval"/> until it is stopped, and once more then; a broken store is reported and tried again.
    /// </summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        bool goesOn;
        do
        {
            await Task.Delay(FlushInterval, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            goesOn = !stopping.IsCancellationRequested;
            try
            {
                // A started commit is seen to its end, else it would not be known whether it counted.
                await FlushAsync(CancellationToken.None);
            }
            catch (Exception problem)
            {
                faults.Report("storing how many devices registered", problem);
            }
        }
        while (goesOn);
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private static DateTimeOffset StartOf(DateTimeOffset at) =>
        new(at.UtcTicks - (at.UtcTicks % BucketLength.Ticks), TimeSpan.Zero);

    private static IEnumerable<ActivityCount> Listed(Dictionary<(string Instance, DateTimeOffset Start), Dictionary<Kind, long>> buckets) =>
        from bucket in buckets
        from kind in bucket.Value
        select new ActivityCount(bucket.Key.Instance, bucket.Key.Start, kind.Key.Outcome, kind.Key.Hub, kind.Key.Code, kind.Value);

    private void Add(string instance, Kind kind)
    {
        var key = (instance.ToLowerInvariant(), StartOf(time.GetUtcNow()));
        lock (_mutex) Add(key, kind, 1);
    }

    private void Add((string Instance, DateTimeOffset Start) key, Kind kind, long count)
    {
        if (!_pending.TryGetValue(key, out var bucket)) _pending[key] = bucket = [];

        // Hubs name their errors themselves: however many they think of, a bucket stays small.
        if (!bucket.ContainsKey(kind) && bucket.Keys.Count(other => other.Outcome == kind.Outcome) >= MaxKinds)
            kind = new Kind(kind.Outcome, "", 0);
        bucket[kind] = bucket.GetValueOrDefault(kind) + count;
    }

    private List<ActivityCount> Waiting(string instance)
    {
        lock (_mutex) return [.. Listed(_pending).Where(count => count.InstanceName.Equals(instance, StringComparison.OrdinalIgnoreCase))];
    }

    private void PutBack(Dictionary<(string Instance, DateTimeOffset Start), Dictionary<Kind, long>> taken, DateTimeOffset oldest)
    {
        lock (_mutex)
        {
            foreach (var (key, kinds) in taken)
            {
                if (key.Start <= oldest) continue;
                foreach (var (kind, count) in kinds) Add(key, kind, count);
            }
        }
    }

    private readonly record struct Kind(ActivityOutcome Outcome, string Hub, int Code)
    {
        public static Kind? Of(RegistrationRecord record) => record.Status switch
        {
            RegistrationStatus.Assigned => new(ActivityOutcome.Assigned, record.Assignment?.HubHostName.ToLowerInvariant() ?? "", 0),
            RegistrationStatus.Failed => new(ActivityOutcome.Failed, "", record.ErrorCode ?? 0),
            RegistrationStatus.Disabled => new(ActivityOutcome.Disabled, "", 0),
            _ => null,
        };
    }
}
