using Muster.Core.Quotas;

namespace Muster.Core.Tests.Quotas;

/// <summary>When a quota is used up (portal P16).</summary>
public sealed class QuotaForecastTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 11, 12, 0, 0, TimeSpan.Zero);

    public static TheoryData<string, long, long?, double?, double?> Forecasts => new()
    {
        // days ago and count, used, limit, per day, days until the limit
        { "", 10, 100, null, null },
        { "1:50", 50, null, null, null },
        { "1:50", 100, 100, null, null },
        { "1:50", 120, 100, null, null },
        { "8:1000", 50, 100, null, null },
        { "0:10", 10, 100, 10, 9 },
        { "1:15", 15, 45, 10, 3 },
        { "7:75", 75, 100, 10, 2.5 },
        { "8:1000,7:25,3:25,0:25", 1075, 1175, 10, 10 },
        { "7:75", 75, 1_000_000, 10, null },
    };

    [Theory]
    [MemberData(nameof(Forecasts))]
    public void Limit_is_reached_as_the_last_days_went(string days, long used, long? limit, double? perDay, double? left)
    {
        var created = days.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(day => day.Split(':')).Select(day => new DailyCount(
            DateOnly.FromDateTime(Now.UtcDateTime).AddDays(-int.Parse(day[0], System.Globalization.CultureInfo.InvariantCulture)),
            long.Parse(day[1], System.Globalization.CultureInfo.InvariantCulture)));
        var forecast = QuotaForecast.Of(created, used, limit, Now);
        Assert.Equal(perDay, forecast?.PerDay);
        Assert.Equal(left, forecast?.ExhaustedUtc is { } at ? (at - Now).TotalDays : null);
    }
}
