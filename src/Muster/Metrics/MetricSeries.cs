namespace Muster.Metrics;

/// <summary>The numbers of one set of tags.</summary>
internal sealed class MetricSeries(int buckets)
{
    private readonly Lock _gate = new();
    private readonly long[] _counts = buckets == 0 ? [] : new long[buckets + 1];
    private double _value;

    /// <summary>Adds to a counter.</summary>
    public void Add(double value)
    {
        lock (_gate) _value += value;
    }

    /// <summary>Sets what an observation said.</summary>
    public void Set(double value)
    {
        lock (_gate) _value = value;
    }

    /// <summary>Puts a value into its bucket.</summary>
    public void Observe(double value, double[] bounds)
    {
        var bucket = 0;
        while (bucket < bounds.Length && !(value <= bounds[bucket])) bucket++;
        lock (_gate)
        {
            _counts[bucket]++;
            _value += value;
        }
    }

    /// <summary>The sum, or the last observation, and the counts of a histogram's buckets, all of one moment.</summary>
    public (double Value, long[] Counts) Read()
    {
        lock (_gate) return (_value, [.. _counts]);
    }
}
