namespace Muster.Core.Activity;

/// <summary>How the registrations of an instance ended within one stretch of time (portal P1, P3).</summary>
public sealed record ActivityBucket
{
    /// <summary>When it begins; it lasts <see cref="ActivityService.BucketLength"/>.</summary>
    public required DateTimeOffset StartUtc { get; init; }

    /// <summary>Devices that were assigned.</summary>
    public long Assigned { get; init; }

    /// <summary>Registrations that were refused, or that failed at allocation or at the hub.</summary>
    public long Failed { get; init; }

    /// <summary>Registrations that were refused because their enrollment is disabled.</summary>
    public long Disabled { get; init; }

    /// <summary>Those that failed, by six-digit error code; rare codes beyond <see cref="ActivityService.MaxKinds"/> stand under 0.</summary>
    public IReadOnlyDictionary<int, long> FailuresByCode { get; init; } = new Dictionary<int, long>();

    /// <summary>Those that were assigned, by the hub's host name in lower case.</summary>
    public IReadOnlyDictionary<string, long> AssignedByHub { get; init; } = new Dictionary<string, long>();

    /// <summary>Makes a bucket of what was counted in it.</summary>
    public static ActivityBucket Of(DateTimeOffset start, IEnumerable<ActivityCount> counts)
    {
        var (disabled, codes, hubs) = (0L, new Dictionary<int, long>(), new Dictionary<string, long>(StringComparer.Ordinal));
        foreach (var count in counts)
        {
            switch (count.Outcome)
            {
                case ActivityOutcome.Assigned:
                    hubs[count.HubHostName] = hubs.GetValueOrDefault(count.HubHostName) + count.Count;
                    break;
                case ActivityOutcome.Failed:
                    codes[count.ErrorCode] = codes.GetValueOrDefault(count.ErrorCode) + count.Count;
                    break;
                default:
                    disabled += count.Count;
                    break;
            }
        }

        return new ActivityBucket
        {
            StartUtc = start,
            Assigned = hubs.Values.Sum(),
            Failed = codes.Values.Sum(),
            Disabled = disabled,
            FailuresByCode = codes,
            AssignedByHub = hubs,
        };
    }
}
