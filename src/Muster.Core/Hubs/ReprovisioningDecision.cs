using Muster.Core.Enrollments;
using Muster.Core.Registration;

namespace Muster.Core.Hubs;

/// <summary>The decision table of re-registration (behaviour B-10.2, B-10.3) as a pure function.</summary>
public static class ReprovisioningDecision
{
    /// <summary>The last API version under which a device of an enrollment without stored policy never moves.</summary>
    public const string LastStickyApiVersion = "2018-04-01";

    private static readonly ReprovisionPolicy Migrate = new(UpdateHubAssignment: true, MigrateDeviceData: true);
    private static readonly ReprovisionPolicy Never = new(UpdateHubAssignment: false, MigrateDeviceData: false);

    /// <summary>The policy in force: the stored one wins; without one, old devices stay and newer ones migrate (B-10.3).</summary>
    public static ReprovisionPolicy EffectivePolicy(ReprovisionPolicy? stored, string apiVersion) =>
        stored ?? (string.CompareOrdinal(apiVersion, LastStickyApiVersion) <= 0 ? Never : Migrate);

    /// <summary>Whether the device keeps its hub whatever the allocation says (row 6); under a new device ID it is another device (row 12).</summary>
    public static bool KeepsHub(HubAssignment? last, ReprovisionPolicy policy, string deviceId) =>
        last is not null && last.DeviceId == deviceId && !policy.UpdateHubAssignment;

    /// <summary>The plan.</summary>
    /// <param name="last">The last good assignment, or null (rows 1 and 13).</param>
    /// <param name="lastHubIsLinked">Whether its hub is still linked (row 9).</param>
    /// <param name="policy">The policy in force.</param>
    /// <param name="target">The hub the allocation yields, or the old one under "never".</param>
    /// <param name="deviceId">The name the enrollment wants.</param>
    public static ReprovisioningPlan Decide(
        HubAssignment? last, bool lastHubIsLinked, ReprovisionPolicy policy, string target, string deviceId)
    {
        // Rows 1, 13: a first registration. Row 12: another device ID is a first registration too; the old identity is left.
        if (last is null || last.DeviceId != deviceId)
            return new(target, deviceId, TwinPlan.InitialIfEmpty, RegistrationSubstatus.InitialAssignment, Previous: null);

        var isSameHub = last.HubHostName.Equals(target, StringComparison.OrdinalIgnoreCase);

        // Row 6: never. Rows 2 and 3: the same hub again.
        if (!policy.UpdateHubAssignment)
            return new(target, deviceId, TwinPlan.InitialIfNew, RegistrationSubstatus.InitialAssignment, Previous: null);
        if (isSameHub)
        {
            var twin = policy.MigrateDeviceData ? TwinPlan.InitialIfNew : TwinPlan.Reset;
            return new(target, deviceId, twin, RegistrationSubstatus.ReprovisionedToInitialAssignment, Previous: null);
        }

        // Row 9: nothing can be fetched from, or deleted in, a hub that is no longer linked.
        if (!lastHubIsLinked)
            return new(target, deviceId, TwinPlan.Reset, RegistrationSubstatus.DeviceDataReset, Previous: null);

        // Rows 4 and 5: a move.
        return policy.MigrateDeviceData
            ? new(target, deviceId, TwinPlan.Migrate, RegistrationSubstatus.DeviceDataMigrated, last)
            : new(target, deviceId, TwinPlan.Reset, RegistrationSubstatus.DeviceDataReset, last);
    }
}
