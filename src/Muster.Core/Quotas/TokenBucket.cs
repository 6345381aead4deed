namespace Muster.Core.Quotas;

/// <summary>
/// Lets so many calls pass in so much time. It is full at first, so that a burst of the whole number passes, and refills evenly.
/// Safe for use by many threads.
/// </summary>
/// <param name="limit">The rate.</param>
/// <param name="time">The clock.</param>
public sealed class TokenBucket(RateLimit limit, TimeProvider time)
{
    private readonly Lock _mutex = new();
    private double _calls = limit.Calls;
    private long _filledAt = time.GetTimestamp();

    /// <summary>The rate.</summary>
    public RateLimit Limit => limit;

    /// <summary>Whether it is full again, so that a new one would do as well.</summary>
    public bool IsFull
    {
        get
        {
            lock (_mutex)
            {
                Refill();
                return _calls >= limit.Calls;
            }
        }
    }

    /// <summary>Takes one call.</summary>
    /// <returns>Null when it may pass; else how long to wait for the next one that may.</returns>
    public TimeSpan? TryTake()
    {
        lock (_mutex)
        {
            Refill();
            if (_calls < 1) return (1 - _calls) / limit.Calls * limit.Period;
            _calls--;
            return null;
        }
    }

    private void Refill()
    {
        var now = time.GetTimestamp();
        var share = time.GetElapsedTime(_filledAt, now) / limit.Period;
        _calls = Math.Min(limit.Calls, _calls + (share * limit.Calls));
        _filledAt = now;
    }
}
