namespace Muster.Metrics;

/// <summary>What the numbers of an instrument mean.</summary>
internal enum MetricKind
{
    /// <summary>It only grows.</summary>
    Counter,

    /// <summary>It goes up and down.</summary>
    Gauge,

    /// <summary>A distribution.</summary>
    Histogram,
}
