using Muster.Core.Allocation;
using Muster.Core.Attestation;
using Muster.Core.Enrollments;

namespace Muster.Core.Store;

/// <summary>Which enrollments of one kind a person wants to see, and in what order.</summary>
public sealed record EnrollmentFilter
{
    /// <summary>Individual or group.</summary>
    public required EnrollmentKind Kind { get; init; }

    /// <summary>
    /// Part of the ID, of the device ID or of a certificate's subject, or the beginning of a certificate's SHA-256 thumbprint; fewer than
    /// three characters are looked for at the beginning of IDs only. Without case; null means all.
    /// </summary>
    public string? Text { get; init; }

    /// <summary>Only this mechanism.</summary>
    public AttestationType? Attestation { get; init; }

    /// <summary>Only enabled or only disabled ones.</summary>
    public ProvisioningStatus? Status { get; init; }

    /// <summary>Only those that name this hub.</summary>
    public string? HubHostName { get; init; }

    /// <summary>Only those with this allocation policy of their own.</summary>
    public AllocationPolicyKind? Policy { get; init; }

    /// <summary>Only those without a policy of their own, which use the instance's.</summary>
    public bool OnlyDefaultPolicy { get; init; }

    /// <summary>Only those whose devices are IoT Edge devices, or only the others.</summary>
    public bool? IotEdge { get; init; }

    /// <summary>Only those written at this time or later.</summary>
    public DateTimeOffset? UpdatedSinceUtc { get; init; }

    /// <summary>The order.</summary>
    public ListOrder Order { get; init; }

    /// <summary>The page begins after this cursor of <see cref="SearchPage{T}.Next"/>; null is the first page.</summary>
    public string? After { get; init; }

    /// <summary>At most this many, 1 to 1000.</summary>
    public int Limit { get; init; } = 25;
}
