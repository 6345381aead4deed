using System.Globalization;
using Muster.Core.Activity;

namespace Muster.Portal.Activity;

/// <summary>The last day of an instance as its charts show it (portal P3).</summary>
public sealed record ActivityDay
{
    /// <summary>Most bars of one chart; what is rarer is counted together.</summary>
    public const int MaxBars = 8;

    /// <summary>What error codes beyond those that are told apart are called.</summary>
    public const string Others = "Others";

    /// <summary>Each hour, the oldest first, those without registrations included.</summary>
    public required IReadOnlyList<HourCount> Hours { get; init; }

    /// <summary>Failures by six-digit code, the most frequent first.</summary>
    public required IReadOnlyList<NamedCount> Codes { get; init; }

    /// <summary>Assignments by hub, linked hubs without any included, the most frequent first.</summary>
    public required IReadOnlyList<NamedCount> Hubs { get; init; }

    /// <summary>Devices that were assigned.</summary>
    public long Assigned => Hours.Sum(hour => hour.Assigned);

    /// <summary>Registrations that were refused or failed.</summary>
    public long Failed => Hours.Sum(hour => hour.Failed);

    /// <summary>Registrations of disabled enrollments.</summary>
    public long Disabled => Hours.Sum(hour => hour.Disabled);

    /// <summary>Puts stretches together.</summary>
    /// <param name="buckets">The stretches, the oldest first.</param>
    /// <param name="linked">Host names of the linked hubs.</param>
    /// <param name="hourOf">Begins the viewer's hour that a time is in.</param>
    public static ActivityDay Of(
        IReadOnlyList<ActivityBucket> buckets, IEnumerable<string> linked, Func<DateTimeOffset, DateTimeOffset> hourOf)
    {
        var hubs = linked.Select(host => KeyValuePair.Create(host.ToLowerInvariant(), 0L)).Concat(buckets.SelectMany(bucket => bucket.AssignedByHub));
        return new ActivityDay
        {
            Hours =
            [
                .. buckets.GroupBy(bucket => hourOf(bucket.StartUtc))
                    .Select(hour => new HourCount(
                        hour.Key, hour.Sum(bucket => bucket.Assigned), hour.Sum(bucket => bucket.Failed), hour.Sum(bucket => bucket.Disabled))),
            ],
            Codes = Ranked(buckets.SelectMany(bucket => bucket.FailuresByCode)
                .Select(code => KeyValuePair.Create(code.Key == 0 ? Others : code.Key.ToString(CultureInfo.InvariantCulture), code.Value))),
            Hubs = Ranked(hubs.Select(hub => hub.Key.Length > 0 ? hub : KeyValuePair.Create(Others, hub.Value))),
        };
    }

    /// <summary>Whether charts would look the same.</summary>
    public bool SameAs(ActivityDay? other) =>
        other is not null && Hours.SequenceEqual(other.Hours) && Codes.SequenceEqual(other.Codes) && Hubs.SequenceEqual(other.Hubs);

    private static List<NamedCount> Ranked(IEnumerable<KeyValuePair<string, long>> counts)
    {
        var sums = counts.GroupBy(count => count.Key, StringComparer.Ordinal)
            .Select(group => new NamedCount(group.Key, group.Sum(count => count.Value)))
            .OrderBy(count => count.Name == Others).ThenByDescending(count => count.Count).ThenBy(count => count.Name, StringComparer.Ordinal)
            .ToList();
        if (sums.Count <= MaxBars) return sums;
        var rest = sums.Skip(MaxBars - 1).Sum(count => count.Count);
        return [.. sums.Take(MaxBars - 1), new NamedCount(Others, rest)];
    }
}
