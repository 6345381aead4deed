using Muster.Core.Quotas;

namespace Muster.Core.Tests.Quotas;

public sealed class MinuteMeterTests
{
    private readonly SteppedClock _clock = new();

    [Theory]
    [InlineData(0, 3)]
    [InlineData(29, 3)]
    [InlineData(30, 1)]
    [InlineData(59, 1)]
    [InlineData(60, 0)]
    [InlineData(100_000, 0)]
    public void What_is_older_than_a_minute_no_longer_counts(int later, int expected)
    {
        var meter = new MinuteMeter(_clock);
        meter.Count();
        meter.Count();
        _clock.Advance(TimeSpan.FromSeconds(30));
        meter.Count();
        Assert.Equal(3, meter.LastMinute);
        _clock.Advance(TimeSpan.FromSeconds(later));
        Assert.Equal(expected, meter.LastMinute);
        meter.Count();
        Assert.Equal(expected + 1, meter.LastMinute);
    }
}
