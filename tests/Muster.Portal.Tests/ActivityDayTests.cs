using Muster.Core.Activity;
using Muster.Portal.Activity;

namespace Muster.Portal.Tests;

/// <summary>What the charts of the overview draw (portal P3).</summary>
public sealed class ActivityDayTests
{
    private static readonly DateTimeOffset Start = new(2026, 5, 4, 10, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, "10:00=3 11:00=1")]
    [InlineData(5.5, "15:00=2 16:00=2")]
    public void Stretches_are_put_together_by_the_hours_of_the_viewer(double offset, string expected)
    {
        var buckets = new[] { 0, 25, 35, 65 }.Select(minute => Bucket(minute, ("hub-a", 1)));
        var day = ActivityDay.Of([.. buckets], [], at => HourOf(at.ToOffset(TimeSpan.FromHours(offset))));
        Assert.Equal(expected, string.Join(' ', day.Hours.Select(hour => $"{hour.Start:HH:mm}={hour.Assigned}")));
        Assert.Equal(4, day.Assigned);
    }

    [Fact]
    public void The_same_hour_of_two_days_is_two_hours_with_one_mark()
    {
        var day = ActivityDay.Of([Bucket(120), Bucket(180), Bucket(26 * 60)], [], HourOf);
        Assert.Equal(["12:00", "", "12:00"], day.Hours.Select(hour => HourCount.MarkOf(hour.Key)));
        Assert.Equal(3, day.Hours.Select(hour => hour.Key).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void Hubs_without_a_device_show_and_what_has_no_name_comes_last()
    {
        var day = ActivityDay.Of([Bucket(0, ("hub-b", 2), ("", 9)), Bucket(5, ("hub-b", 1))], ["Hub-A", "hub-b"], HourOf);
        Assert.Equal([new("hub-b", 3), new("hub-a", 0), new(ActivityDay.Others, 9)], day.Hubs);
    }

    [Fact]
    public void Codes_are_ranked_and_rare_ones_are_counted_together()
    {
        var codes = Enumerable.Range(1, 12).ToDictionary(n => 400000 + n, n => (long)n);
        codes[0] = 100;
        var day = ActivityDay.Of([new ActivityBucket { StartUtc = Start, Failed = 178, FailuresByCode = codes }], [], HourOf);
        Assert.Equal(ActivityDay.MaxBars, day.Codes.Count);
        Assert.Equal(new NamedCount("400012", 12), day.Codes[0]);
        Assert.Equal(new NamedCount(ActivityDay.Others, 100 + 1 + 2 + 3 + 4 + 5), day.Codes[^1]);
        Assert.Equal(day.Failed, day.Codes.Sum(code => code.Count));
    }

    [Fact]
    public void A_day_looks_the_same_until_a_number_changes()
    {
        var day = ActivityDay.Of([Bucket(0, ("hub-a", 1))], ["hub-a"], HourOf);
        Assert.True(day.SameAs(ActivityDay.Of([Bucket(0, ("hub-a", 1))], ["hub-a"], HourOf)));
        Assert.False(day.SameAs(ActivityDay.Of([Bucket(0, ("hub-a", 2))], ["hub-a"], HourOf)));
        Assert.False(day.SameAs(ActivityDay.Of([Bucket(0, ("hub-a", 1))], ["hub-a", "hub-b"], HourOf)));
        Assert.False(day.SameAs(null));
    }

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(1, 1, 1)]
    [InlineData(5, 5, 1)]
    [InlineData(6, 6, 2)]
    [InlineData(11, 15, 5)]
    [InlineData(99, 100, 20)]
    [InlineData(2501, 3000, 1000)]
    [InlineData(1_000_000, 1_000_000, 200_000)]
    public void Axes_have_whole_steps_and_few_lines(long most, double top, double step) => Assert.Equal((top, step), ChartScale.Of(most));

    private static DateTimeOffset HourOf(DateTimeOffset at) => new(at.Year, at.Month, at.Day, at.Hour, 0, 0, at.Offset);

    private static ActivityBucket Bucket(int minute, params (string Hub, long Count)[] hubs) => new()
    {
        StartUtc = Start.AddMinutes(minute),
        Assigned = hubs.Sum(hub => hub.Count),
        AssignedByHub = hubs.ToDictionary(hub => hub.Hub, hub => hub.Count, StringComparer.Ordinal),
    };
}
