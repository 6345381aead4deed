using Muster.Core.Enrollments;
using Muster.Core.Hubs;
using Muster.Core.Registration;

namespace Muster.Core.Tests.Hubs;

public sealed class ReprovisioningDecisionTests
{
    private const string Old = "old.test";
    private const string New = "new.test";

    public enum Policy
    {
        Migrate,
        Reset,
        Never,
    }

    // Behaviour B-10.2; the row numbers are the table's.
    [Theory]
    [InlineData(1, null, true, Policy.Migrate, New, TwinPlan.InitialIfEmpty, RegistrationSubstatus.InitialAssignment, false)]
    [InlineData(1, null, true, Policy.Reset, New, TwinPlan.InitialIfEmpty, RegistrationSubstatus.InitialAssignment, false)]
    [InlineData(1, null, true, Policy.Never, New, TwinPlan.InitialIfEmpty, RegistrationSubstatus.InitialAssignment, false)]
    [InlineData(2, "dev", true, Policy.Migrate, Old, TwinPlan.InitialIfNew, RegistrationSubstatus.ReprovisionedToInitialAssignment, false)]
    [InlineData(2, "dev", true, Policy.Migrate, "OLD.test", TwinPlan.InitialIfNew, RegistrationSubstatus.ReprovisionedToInitialAssignment, false)]
    [InlineData(3, "dev", true, Policy.Reset, Old, TwinPlan.Reset, RegistrationSubstatus.ReprovisionedToInitialAssignment, false)]
    [InlineData(4, "dev", true, Policy.Migrate, New, TwinPlan.Migrate, RegistrationSubstatus.DeviceDataMigrated, true)]
    [InlineData(5, "dev", true, Policy.Reset, New, TwinPlan.Reset, RegistrationSubstatus.DeviceDataReset, true)]
    [InlineData(6, "dev", true, Policy.Never, Old, TwinPlan.InitialIfNew, RegistrationSubstatus.InitialAssignment, false)]
    [InlineData(9, "dev", false, Policy.Migrate, New, TwinPlan.Reset, RegistrationSubstatus.DeviceDataReset, false)]
    [InlineData(9, "dev", false, Policy.Reset, New, TwinPlan.Reset, RegistrationSubstatus.DeviceDataReset, false)]
    [InlineData(12, "other", true, Policy.Migrate, New, TwinPlan.InitialIfEmpty, RegistrationSubstatus.InitialAssignment, false)]
    public void Plan_follows_the_decision_table(
        int row, string? lastDeviceId, bool oldIsLinked, Policy policy, string target, TwinPlan twin, RegistrationSubstatus substatus, bool deletesOld)
    {
        var last = lastDeviceId is null ? null : new HubAssignment(Old, lastDeviceId);

        var plan = ReprovisioningDecision.Decide(last, oldIsLinked, Describe(policy), target, "dev");

        Assert.True(row > 0);
        Assert.Equal(new ReprovisioningPlan(target, "dev", twin, substatus, deletesOld ? last : null), plan);
    }

    [Theory]
    [InlineData("2017-11-15", false, false)]
    [InlineData("2018-04-01", false, false)]
    [InlineData("2018-09-01-preview", true, true)]
    [InlineData("2018-11-01", true, true)]
    [InlineData("2021-10-01", true, true)]
    public void Without_a_stored_policy_old_devices_stay_and_newer_ones_migrate(string apiVersion, bool updates, bool migrates) =>
        Assert.Equal(new ReprovisionPolicy(updates, migrates), ReprovisioningDecision.EffectivePolicy(stored: null, apiVersion));

    [Fact]
    public void Stored_policy_wins_over_the_version()
    {
        var stored = new ReprovisionPolicy(UpdateHubAssignment: true, MigrateDeviceData: false);
        Assert.Same(stored, ReprovisioningDecision.EffectivePolicy(stored, "2017-11-15"));
    }

    private static ReprovisionPolicy Describe(Policy policy) => policy switch
    {
        Policy.Migrate => new(UpdateHubAssignment: true, MigrateDeviceData: true),
        Policy.Reset => new(UpdateHubAssignment: true, MigrateDeviceData: false),
        _ => new(UpdateHubAssignment: false, MigrateDeviceData: false),
    };
}
