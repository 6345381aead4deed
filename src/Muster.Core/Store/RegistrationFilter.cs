using Muster.Core.Registration;

namespace Muster.Core.Store;

/// <summary>Which registration records a person wants to see, and in which order.</summary>
public sealed record RegistrationFilter
{
    /// <summary>Part of the registration ID, without case; null means all.</summary>
    public string? Text { get; init; }

    /// <summary>Only records made through this group, which may be deleted.</summary>
    public string? EnrollmentGroupId { get; init; }

    /// <summary>Only records made through the enrollment with this ID, group or individual, which may be deleted. Without case.</summary>
    public string? EnrollmentId { get; init; }

    /// <summary>Only this substatus.</summary>
    public RegistrationSubstatus? Substatus { get; init; }

    /// <summary>Only this six-digit error code.</summary>
    public int? ErrorCode { get; init; }

    /// <summary>Only those written at this time or later.</summary>
    public DateTimeOffset? UpdatedSinceUtc { get; init; }

    /// <summary>Only this state.</summary>
    public RegistrationStatus? Status { get; init; }

    /// <summary>Only those assigned to this hub.</summary>
    public string? HubHostName { get; init; }

    /// <summary>Only those whose enrollment no longer exists.</summary>
    public bool OnlyOrphaned { get; init; }

    /// <summary>The order, by ID at first.</summary>
    public ListOrder Order { get; init; }

    /// <summary>The page begins after this cursor of <see cref="SearchPage{T}.Next"/>; null is the first page.</summary>
    public string? After { get; init; }

    /// <summary>At most this many, 1 to 1000.</summary>
    public int Limit { get; init; } = 25;
}
