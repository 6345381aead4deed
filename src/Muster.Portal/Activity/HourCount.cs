using System.Globalization;

namespace Muster.Portal.Activity;

/// <summary>How the registrations of one hour of the viewer's day ended.</summary>
/// <param name="Start">When the hour begins, with the viewer's distance from UTC.</param>
/// <param name="Assigned">Devices that were assigned.</param>
/// <param name="Failed">Registrations that were refused or failed.</param>
/// <param name="Disabled">Registrations of disabled enrollments.</param>
public sealed record HourCount(DateTimeOffset Start, long Assigned, long Failed, long Disabled)
{
    /// <summary>All of them.</summary>
    public long Total => Assigned + Failed + Disabled;

    /// <summary>Tells hours apart, also those of two days and those that a change of the clocks repeats.</summary>
    public string Key => Start.ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture);

    /// <summary>What stands below an hour in a chart: "16:00" at every fourth, nothing at others, so that the text fits the narrowest page.</summary>
    public static string MarkOf(string key) =>
        key.Split(' ') is [_, var time, ..] && int.TryParse(time.AsSpan(0, 2), CultureInfo.InvariantCulture, out var hour) && hour % 4 == 0 ? time : "";
}
