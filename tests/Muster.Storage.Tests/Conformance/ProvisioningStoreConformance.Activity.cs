using Muster.Core.Activity;
using Muster.Core.Store;

namespace Muster.Storage.Tests.Conformance;

public abstract partial class ProvisioningStoreConformance
{
    [Fact]
    public async Task Activity_is_added_up_by_stretch_and_kind_until_it_is_dropped_or_its_instance_goes()
    {
        var instance = Samples.ProvisioningInstance("Active");
        await CommitOrFailAsync(new PutInstance(instance, IfETag: null), new PutInstance(Samples.ProvisioningInstance("beside"), IfETag: null));
        var first = Activity("Active", 0, ActivityOutcome.Assigned, "Hub-A", 0, 2);
        await CommitOrFailAsync(
            new AddActivity(first),
            new AddActivity(first with { HubHostName = "hub-b" }),
            new AddActivity(Activity("Active", 0, ActivityOutcome.Failed, "", 401002, 3)),
            new AddActivity(Activity("Active", 5, ActivityOutcome.Disabled, "", 0, 1)),
            new AddActivity(Activity("beside", 5, ActivityOutcome.Disabled, "", 0, 9)),
            new AddActivity(Activity("gone", 5, ActivityOutcome.Disabled, "", 0, 9)));
        await CommitOrFailAsync(new AddActivity(first with { InstanceName = "ACTIVE", HubHostName = "hub-a", Count = 5 }));

        Assert.Equal(
            [
                Activity("active", 0, ActivityOutcome.Assigned, "hub-a", 0, 7), Activity("active", 0, ActivityOutcome.Assigned, "hub-b", 0, 2),
                Activity("active", 0, ActivityOutcome.Failed, "", 401002, 3), Activity("active", 5, ActivityOutcome.Disabled, "", 0, 1),
            ],
            (await ListAsync("Active", 0)).OrderBy(count => count.StartUtc).ThenBy(count => count.Outcome).ThenBy(count => count.HubHostName, StringComparer.Ordinal));
        Assert.Equal(1, Assert.Single(await ListAsync("active", 5)).Count);
        Assert.Empty(await ListAsync("active", 10));
        Assert.Empty(await ListAsync("gone", 0));

        // The start that is named goes as well, in every instance.
        await CommitOrFailAsync(new DropActivity(Samples.Time));
        Assert.Equal(Samples.Time.AddMinutes(5), Assert.Single(await ListAsync("active", 0)).StartUtc);
        await CommitOrFailAsync(new DeleteInstance("active"));
        Assert.Empty(await ListAsync("active", 0));
        Assert.Equal(9, Assert.Single(await ListAsync("beside", 0)).Count);

        Task<IReadOnlyList<ActivityCount>> ListAsync(string name, int minute) =>
            Store.ListActivityAsync(name, Samples.Time.AddMinutes(minute), CancellationToken.None);

        static ActivityCount Activity(string name, int minute, ActivityOutcome outcome, string hub, int code, long count) =>
            new(name, Samples.Time.AddMinutes(minute), outcome, hub, code, count);
    }
}
