namespace Muster.Core.Quotas;

/// <summary>When a quota will be used up if things go on as they did in the last days (portal P16).</summary>
/// <param name="PerDay">How many were created each day, on average.</param>
/// <param name="Days">Over how many days the average goes, from 1 to <see cref="WindowDays"/> and the part of today.</param>
/// <param name="ExhaustedUtc">When the limit is reached; null where that is more than <see cref="HorizonDays"/> away.</param>
public sealed record QuotaForecast(double PerDay, double Days, DateTimeOffset? ExhaustedUtc)
{
    /// <summary>How many whole days before today are looked at.</summary>
    public const int WindowDays = 7;

    /// <summary>How far ahead a date still means something: ten years.</summary>
    public const int HorizonDays = 3650;

    /// <summary>Makes a forecast from what was created each day; what is deleted meanwhile only puts the date off.</summary>
    /// <param name="created">What was created on each day; days before the window are left out.</param>
    /// <param name="used">How many there are.</param>
    /// <param name="limit">How many there may be; null is no limit.</param>
    /// <param name="now">The time.</param>
    /// <returns>Null without a limit, where the limit is reached already, and where nothing was created in the window.</returns>
    public static QuotaForecast? Of(IEnumerable<DailyCount> created, long used, long? limit, DateTimeOffset now)
    {
        if (limit is not { } most || used >= most) return null;
        var first = DateOnly.FromDateTime(now.UtcDateTime).AddDays(-WindowDays);
        var counted = created.Where(day => day.Day >= first).ToArray();
        if (counted.Length == 0) return null;

        // A service that began within the window is judged by the days it has. Less than one day would make a trend of an hour's rush.
        var start = counted.Min(day => day.Day).ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);
        var days = Math.Max(1, (now.UtcDateTime - start).TotalDays);
        var perDay = counted.Sum(day => day.Count) / days;
        var left = (most - used) / perDay;
        return new QuotaForecast(perDay, days, left > HorizonDays ? null : now.AddDays(left));
    }
}
