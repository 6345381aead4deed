using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Muster.Metrics;

namespace Muster.Tests.Metrics;

/// <summary>Instruments of every kind as Prometheus text.</summary>
public sealed class MetricsListenerTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly IMeterFactory _factory;
    private readonly MetricsListener _listener;
    private readonly Meter _meter;

    public MetricsListenerTests()
    {
        _factory = _services.GetRequiredService<IMeterFactory>();
        _listener = new MetricsListener(_factory);
        _meter = _factory.Create("Muster.Test");
    }

    public void Dispose()
    {
        _listener.Dispose();
        _services.Dispose();
    }

    [Fact]
    public void Counter_sums_up_by_labels_and_its_name_ends_in_total()
    {
        var counter = _meter.CreateCounter<long>("muster.test.things", "{thing}", "Things\nthat \\ came.");
        counter.Add(2, new KeyValuePair<string, object?>("type", "b"));
        counter.Add(1, new("type", "a"), new KeyValuePair<string, object?>("other-tag", 7));
        counter.Add(3, new KeyValuePair<string, object?>("type", "b"));
        counter.Add(5);
        Assert.Equal("""
            # HELP muster_test_things_total Things\nthat \\ came.
            # TYPE muster_test_things_total counter
            muster_test_things_total 5
            muster_test_things_total{type="a",other_tag="7"} 1
            muster_test_things_total{type="b"} 5

            """, Own());
    }

    [Fact]
    public void Gauges_show_the_last_value_and_forget_series_that_are_not_reported_any_more()
    {
        var values = new Dictionary<string, double>(StringComparer.Ordinal) { ["one"] = 1.5, ["two"] = -2 };
        _meter.CreateObservableGauge(
            "muster.test.level", () => values.Select(value => new Measurement<double>(value.Value, new KeyValuePair<string, object?>("of", value.Key))), "s");
        var open = _meter.CreateUpDownCounter<int>("muster.test.open");
        var last = _meter.CreateGauge<long>("muster.test.last", "By");
        open.Add(3);
        open.Add(-1);
        last.Record(9);
        last.Record(4);
        Assert.Equal(
            ["muster_test_last_bytes 4", "muster_test_level_seconds{of=\"one\"} 1.5", "muster_test_level_seconds{of=\"two\"} -2", "muster_test_open 2"], Lines());

        values.Remove("one");
        values["two"] = double.PositiveInfinity;
        Assert.Equal(["muster_test_last_bytes 4", "muster_test_level_seconds{of=\"two\"} +Inf", "muster_test_open 2"], Lines());
    }

    [Fact]
    public void Histogram_counts_into_cumulative_buckets()
    {
        var advice = new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1] };
        var histogram = _meter.CreateHistogram("muster.test.duration", "s", "", null, advice);
        foreach (var value in new[] { 0.25, 0.5, 0.75, 30 }) histogram.Record(value, new KeyValuePair<string, object?>("to", "hub"));
        Assert.Equal(
            [
                "muster_test_duration_seconds_bucket{to=\"hub\",le=\"0.5\"} 2",
                "muster_test_duration_seconds_bucket{to=\"hub\",le=\"1\"} 3",
                "muster_test_duration_seconds_bucket{to=\"hub\",le=\"+Inf\"} 4",
                "muster_test_duration_seconds_sum{to=\"hub\"} 31.5",
                "muster_test_duration_seconds_count{to=\"hub\"} 4",
            ],
            Lines());
        Assert.Contains("# TYPE muster_test_duration_seconds histogram\n", Own(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a\"b\\c\nd", "a\\\"b\\\\c\\nd")]
    [InlineData("", "")]
    [InlineData(null, "")]
    [InlineData(true, "True")]
    [InlineData(1.5, "1.5")]
    public void Label_values_are_escaped(object? value, string expected)
    {
        _meter.CreateCounter<int>("muster.test.labels").Add(1, new KeyValuePair<string, object?>("value", value));
        Assert.Equal([$"muster_test_labels_total{{value=\"{expected}\"}} 1"], Lines());
    }

    [Theory]
    [InlineData(500)]
    [InlineData(5000)]
    public void Long_labels_are_kept_whole(int length)
    {
        var text = new string('x', length);
        var counter = _meter.CreateCounter<int>("muster.test.long");
        counter.Add(1, new KeyValuePair<string, object?>("text", text));
        counter.Add(1, new KeyValuePair<string, object?>("text", text));
        Assert.Equal([$"muster_test_long_total{{text=\"{text}\"}} 2"], Lines());
    }

    [Fact]
    public void Sets_of_labels_are_bounded_and_nothing_is_lost()
    {
        var counter = _meter.CreateCounter<int>("muster.test.many");
        for (var number = 0; number < 3000; number++) counter.Add(1, new KeyValuePair<string, object?>("number", number));
        var lines = Lines();
        Assert.Equal(1001, lines.Count);
        Assert.Contains("muster_test_many_total{overflow=\"true\"} 2000", lines);
    }

    [Fact]
    public void Instruments_of_one_name_stand_under_one_head()
    {
        _meter.CreateCounter<int>("muster.test.same").Add(1, new KeyValuePair<string, object?>("from", "a"));
        _factory.Create("Muster.Test.Other").CreateCounter<long>("muster.test.same").Add(2, new KeyValuePair<string, object?>("from", "b"));
        Assert.Equal(2, Lines().Count);
        Assert.Equal(2, Own().Split("# TYPE ").Length);
    }

    [Fact]
    public void Meters_of_others_are_left_alone()
    {
        using var other = new ServiceCollection().AddMetrics().BuildServiceProvider();
        other.GetRequiredService<IMeterFactory>().Create("Muster.Test").CreateCounter<int>("muster.test.foreign").Add(1);
        _factory.Create("Foreign").CreateCounter<int>("muster.test.foreign").Add(1);
        Assert.Empty(Lines());
    }

    [Fact]
    public void Instruments_end_with_their_meter()
    {
        using var meter = new Meter("Muster.Test.Short");
        meter.CreateCounter<int>("muster.test.short").Add(1);
        Assert.Single(Lines());
        meter.Dispose();
        Assert.Empty(Lines());
    }

    [Fact]
    public async Task Measurements_of_many_threads_add_up()
    {
        var counter = _meter.CreateCounter<long>("muster.test.parallel");
        await Parallel.ForAsync(0, 8, (thread, _) =>
        {
            for (var number = 0; number < 10_000; number++) counter.Add(1, new KeyValuePair<string, object?>("kind", number % 3));
            return ValueTask.CompletedTask;
        });
        Assert.Equal(80_000, Lines().Sum(line => long.Parse(line.Split(' ')[1])));
    }

    // Other tests of this process have meters too.
    private string Own() => string.Concat(_listener.Read().Split('\n')
        .Where(line => line.Contains("muster_test_", StringComparison.Ordinal)).Select(line => line + "\n"));

    private List<string> Lines() => [.. Own().Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#')];
}
