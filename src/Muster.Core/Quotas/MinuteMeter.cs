namespace Muster.Core.Quotas;

/// <summary>Counts what happened in the last 60 seconds, to the second. Safe for use by many threads.</summary>
/// <param name="time">The clock.</param>
public sealed class MinuteMeter(TimeProvider time)
{
    private const int Seconds = 60;

    private readonly Lock _mutex = new();
    private readonly int[] _counts = new int[Seconds];
    private readonly long _start = time.GetTimestamp();
    private long _second;
    private int _sum;

    /// <summary>How much happened in the last 60 seconds.</summary>
    public int LastMinute
    {
        get
        {
            lock (_mutex)
            {
                Advance();
                return _sum;
            }
        }
    }

    /// <summary>Counts one.</summary>
    public void Count()
    {
        lock (_mutex)
        {
            Advance();
            _counts[_second % Seconds]++;
            _sum++;
        }
    }

    private void Advance()
    {
        var now = (long)time.GetElapsedTime(_start).TotalSeconds;
        for (var passed = Math.Max(_second, now - Seconds) + 1; passed <= now; passed++)
        {
            _sum -= _counts[passed % Seconds];
            _counts[passed % Seconds] = 0;
        }

        _second = Math.Max(_second, now);
    }
}
