using Muster.Core.Instances;
using Muster.Portal.Frame;

namespace Muster.Portal.Access;

/// <summary>When a key of an access policy was used last, in words (portal P12).</summary>
internal static class KeyUseWords
{
    /// <summary>A sentence without its full stop, such as <c>Last used 3 min ago from 10.1.2.3</c>.</summary>
    /// <param name="use">The last use; null when there was none.</param>
    /// <param name="madeUtc">When the key was made; null when unknown.</param>
    /// <param name="clock">The viewer's clock.</param>
    public static string Of(PolicyKeyUse? use, DateTimeOffset? madeUtc, ViewerClock clock)
    {
        if (use is not null) return $"Last used {Age(clock.UtcNow - use.AtUtc)}{(use.Address is { } address ? $" from {address}" : "")}";
        return madeUtc is { } made ? $"Never used since it was made at {clock.Local(made)}" : "Never used";
    }

    /// <summary>How long ago, in the largest unit that fits.</summary>
    public static string Age(TimeSpan age) => age switch
    {
        { TotalMinutes: < 1 } => "less than a minute ago",
        { TotalHours: < 1 } => $"{(int)age.TotalMinutes} min ago",
        { TotalDays: < 1 } => $"{(int)age.TotalHours} h ago",
        { TotalDays: < 2 } => "1 day ago",
        _ => $"{(int)age.TotalDays} days ago",
    };
}
