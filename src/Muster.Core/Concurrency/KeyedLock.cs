namespace Muster.Core.Concurrency;

/// <summary>
/// An asynchronous lock per key: holders of different keys never wait for each other, holders of one key come one after another.
/// Keys cost memory only while someone holds or waits.
/// </summary>
/// <typeparam name="TKey">The key; equal keys share a lock.</typeparam>
public sealed class KeyedLock<TKey>
    where TKey : notnull
{
    private readonly Dictionary<TKey, Gate> _gates = [];
    private readonly Lock _mutex = new();

    /// <summary>How many keys are held or waited for.</summary>
    public int Count
    {
        get
        {
            lock (_mutex) return _gates.Count;
        }
    }

    /// <summary>Waits for the lock of <paramref name="key"/>; disposing the result releases it.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up waiting.</exception>
    public async Task<IDisposable> AcquireAsync(TKey key, CancellationToken cancellationToken)
    {
        Gate? gate;
        lock (_mutex)
        {
            if (!_gates.TryGetValue(key, out gate)) _gates.Add(key, gate = new Gate());
            gate.Users++;
        }

        try
        {
            await gate.Semaphore.WaitAsync(cancellationToken);
        }
        catch
        {
            Leave(key, gate);
            throw;
        }

        return new Holder(this, key, gate);
    }

    private void Leave(TKey key, Gate gate)
    {
        lock (_mutex)
        {
            if (--gate.Users > 0) return;
            _gates.Remove(key);
        }

        gate.Semaphore.Dispose();
    }

    private sealed class Gate
    {
        public SemaphoreSlim Semaphore { get; } = new(1, 1);

        public int Users { get; set; }
    }

    private sealed class Holder(KeyedLock<TKey> owner, TKey key, Gate gate) : IDisposable
    {
        private int _released;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _released, 1) != 0) return;
            gate.Semaphore.Release();
            owner.Leave(key, gate);
        }
    }
}
