using Muster.Core.Activity;
using Muster.Core.Instances;
using Muster.Portal.SignIn;

namespace Muster.Portal.Activity;

/// <summary>How registrations ended lately, for pages (portal P1, P3).</summary>
/// <param name="access">Who works here.</param>
/// <param name="instances">The instances.</param>
/// <param name="activity">Core's counts.</param>
public sealed class ActivityDesk(PortalAccess access, InstanceDirectory instances, ActivityService activity)
{
    /// <summary>The stretches of the last day, the oldest first; none without the right to read or for an instance that is gone.</summary>
    public async Task<IReadOnlyList<ActivityBucket>> LastDayAsync(string instance, CancellationToken cancellationToken) =>
        access.May(PortalRight.Read) && instances.FindByName(instance) is { } found
            ? await activity.ReadAsync(found.Name, DateTimeOffset.MinValue, cancellationToken)
            : [];

    /// <summary>How many devices were assigned in the last hour, to five minutes; 0 without the right to read.</summary>
    public async Task<long> AssignedInLastHourAsync(string instance, CancellationToken cancellationToken) =>
        access.May(PortalRight.Read) && instances.FindByName(instance) is { } found
            ? await activity.AssignedInLastHourAsync(found.Name, cancellationToken)
            : 0;
}
