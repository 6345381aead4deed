using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Muster.Portal.Frame;

/// <summary>Times in the viewer's zone, with UTC beside them (portal 5 rule 8).</summary>
/// <param name="browser">Tells the zone.</param>
/// <param name="time">The clock.</param>
public sealed class ViewerClock(IJSRuntime browser, TimeProvider time)
{
    private TimeZoneInfo _zone = TimeZoneInfo.Utc;

    /// <summary>Now, UTC.</summary>
    public DateTimeOffset UtcNow => time.GetUtcNow();

    /// <summary>Asks the browser for its zone; UTC where this machine does not know it.</summary>
    public async Task OpenAsync()
    {
        var id = await browser.InvokeAsync<string>("muster.zone");
        if (TimeZoneInfo.TryFindSystemTimeZoneById(id, out var zone)) _zone = zone;
    }

    /// <summary>A time in the viewer's zone, to the second.</summary>
    public string Local(DateTimeOffset instant) =>
        TimeZoneInfo.ConvertTime(instant, _zone).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>A time as lists show it, with UTC in its title; a dash for none. Markup, because a component in each row costs memory.</summary>
    public MarkupString Markup(DateTimeOffset? instant) => new(instant is { } at
        ? $"<time datetime=\"{at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)}\" title=\"{Utc(at)}\">{Local(at)}</time>"
        : "<span class=\"dim\">-</span>");

    /// <summary>When the hour began, on the viewer's clock, that a time is in.</summary>
    public DateTimeOffset HourOf(DateTimeOffset instant)
    {
        var local = TimeZoneInfo.ConvertTime(instant, _zone);
        return new DateTimeOffset(local.Year, local.Month, local.Day, local.Hour, 0, 0, local.Offset);
    }

    /// <summary>The same time in UTC.</summary>
    public static string Utc(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>Waits for the next turn of a page that keeps itself fresh.</summary>
    public async Task<bool> NextTurnAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(1.5), time, cancellationToken);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
