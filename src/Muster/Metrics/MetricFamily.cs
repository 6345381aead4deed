using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Muster.Metrics;

/// <summary>One instrument and its series: one for each set of tags.</summary>
internal sealed class MetricFamily
{
    // What a wrong tag could cost is bounded: measurements with further sets of tags go to one series of their own.
    private const int MaxSeries = 1000;
    private const string Overflow = "overflow=\"true\"";
    private const int ShortLabels = 512;

    private static readonly double[] DefaultBounds =
        [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly ConcurrentDictionary<string, MetricSeries> _series = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, MetricSeries>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    private readonly bool _isReplaced;

    public MetricFamily(Instrument instrument, MetricKind kind, bool isReplaced, IReadOnlyList<double>? bounds)
    {
        _isReplaced = isReplaced;
        _lookup = _series.GetAlternateLookup<ReadOnlySpan<char>>();
        Kind = kind;
        Name = MetricText.NameOf(instrument.Name, instrument.Unit, kind);
        Description = instrument.Description ?? "";
        Bounds = kind == MetricKind.Histogram ? [.. bounds ?? DefaultBounds] : [];
    }

    /// <summary>The name that it is exposed by.</summary>
    public string Name { get; }

    public string Description { get; }

    public MetricKind Kind { get; }

    /// <summary>Upper bounds of a histogram's buckets, ascending; the last bucket, without a bound, is not among them.</summary>
    public double[] Bounds { get; }

    /// <summary>The series, by their labels as they are written, in their order.</summary>
    public IEnumerable<KeyValuePair<string, MetricSeries>> Series => _series.OrderBy(series => series.Key, StringComparer.Ordinal);

    /// <summary>Takes a measurement; one on the hot path of the server allocates nothing once its series is there.</summary>
    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        Span<char> buffer = stackalloc char[ShortLabels];
        var series = MetricText.TryWriteLabels(tags, buffer, out var length)
            ? _lookup.TryGetValue(buffer[..length], out var found) ? found : Add(buffer[..length].ToString())
            : Add(MetricText.Labels(tags));
        if (_isReplaced) series.Set(value);
        else if (Kind == MetricKind.Histogram) series.Observe(value, Bounds);
        else series.Add(value);
    }

    /// <summary>Forgets what observed instruments said before: a series that is not reported any more has ended.</summary>
    public void ForgetObserved() => _series.Clear();

    private MetricSeries Add(string labels)
    {
        if (_series.TryGetValue(labels, out var known)) return known;
        return _series.GetOrAdd(_series.Count < MaxSeries ? labels : Overflow, static (_, buckets) => new MetricSeries(buckets), Bounds.Length);
    }
}
