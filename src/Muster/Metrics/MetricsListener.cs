using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Muster.Metrics;

/// <summary>Listens to the instruments of this server's parts and shows their numbers as Prometheus text.</summary>
public sealed class MetricsListener : IDisposable
{
    private const string MeterPrefix = "Muster.";

    private readonly ConcurrentDictionary<Instrument, MetricFamily> _families = new();
    private readonly MeterListener _listener = new();
    private readonly Lock _gate = new();

    /// <summary>Begins to listen: to meters of this server's factory, and to those of the process whose names begin with <c>Muster.</c></summary>
    /// <param name="factory">The server's factory of meters; other servers of the same process have their own.</param>
    public MetricsListener(IMeterFactory factory)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (!instrument.Meter.Name.StartsWith(MeterPrefix, StringComparison.Ordinal)) return;
            if (instrument.Meter.Scope is { } scope && !ReferenceEquals(scope, factory)) return;
            if (FamilyOf(instrument) is not { } family) return;
            _families[instrument] = family;
            listener.EnableMeasurementEvents(instrument, family);
        };
        _listener.MeasurementsCompleted = (instrument, _) => _families.TryRemove(instrument, out var _);
        Listen<byte>(number => number);
        Listen<short>(number => number);
        Listen<int>(number => number);
        Listen<long>(number => number);
        Listen<float>(number => number);
        Listen<double>(number => number);
        Listen<decimal>(number => (double)number);
        _listener.Start();
    }

    /// <summary>The numbers of now.</summary>
    public string Read()
    {
        lock (_gate)
        {
            foreach (var (instrument, family) in _families)
            {
                if (instrument.IsObservable) family.ForgetObserved();
            }

            _listener.RecordObservableInstruments();
            return MetricText.Write(_families.Values);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private static MetricFamily? FamilyOf(Instrument instrument)
    {
        var type = instrument.GetType();
        var open = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        if (open == typeof(Counter<>)) return Make(MetricKind.Counter);
        if (open == typeof(UpDownCounter<>)) return Make(MetricKind.Gauge);
        if (open == typeof(Gauge<>) || open == typeof(ObservableGauge<>) || open == typeof(ObservableUpDownCounter<>))
            return Make(MetricKind.Gauge, isReplaced: true);
        if (open == typeof(ObservableCounter<>)) return Make(MetricKind.Counter, isReplaced: true);
        return open == typeof(Histogram<>) ? Make(MetricKind.Histogram) : null;

        MetricFamily Make(MetricKind kind, bool isReplaced = false) => new(instrument, kind, isReplaced, BoundsOf(instrument));
    }

    private static IReadOnlyList<double>? BoundsOf(Instrument instrument) => instrument switch
    {
        Histogram<double> histogram => histogram.Advice?.HistogramBucketBoundaries,
        Histogram<long> histogram => histogram.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound).ToArray(),
        Histogram<int> histogram => histogram.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound).ToArray(),
        _ => null,
    };

    private void Listen<T>(Func<T, double> convert)
        where T : struct =>
        _listener.SetMeasurementEventCallback<T>((_, measurement, tags, state) =>
            ((MetricFamily)state!).Record(convert(measurement), tags));
}
