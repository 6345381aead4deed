using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Muster.Core.Concurrency;

/// <summary>
/// A cache that keeps what was used lately, in two generations: once the younger one is full it becomes the older one, and what was
/// not asked for meanwhile is dropped. It holds at most twice its capacity, and no reader ever waits.
/// </summary>
/// <typeparam name="TKey">The key.</typeparam>
/// <typeparam name="TValue">The value; several threads may make one for the same key at the same time, and one of them stays.</typeparam>
public sealed class BoundedCache<TKey, TValue>
    where TKey : notnull
{
    private readonly int _capacity;
    private readonly Lock _turning = new();
    private volatile ConcurrentDictionary<TKey, TValue> _young = new();
    private volatile ConcurrentDictionary<TKey, TValue> _old = new();
    private int _count;

    /// <summary>Makes a cache whose generations hold <paramref name="capacity"/> entries each.</summary>
    public BoundedCache(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _capacity = capacity;
    }

    /// <summary>Looks a value up, and keeps it for longer.</summary>
    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (_young.TryGetValue(key, out value)) return true;
        if (!_old.TryGetValue(key, out value)) return false;
        Set(key, value);
        return true;
    }

    /// <summary>Stores a value.</summary>
    public void Set(TKey key, TValue value)
    {
        var young = _young;
        if (!young.TryAdd(key, value))
        {
            young[key] = value;
            return;
        }

        if (Interlocked.Increment(ref _count) < _capacity) return;
        lock (_turning)
        {
            // Another thread may have turned already.
            if (_young != young) return;
            _old = young;
            _young = new ConcurrentDictionary<TKey, TValue>();
            Volatile.Write(ref _count, 0);
        }
    }
}
