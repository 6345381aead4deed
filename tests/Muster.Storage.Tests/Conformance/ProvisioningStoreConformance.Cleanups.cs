using Muster.Core.Hubs;
using Muster.Core.Store;

namespace Muster.Storage.Tests.Conformance;

public abstract partial class ProvisioningStoreConformance
{
    [Fact]
    public async Task An_identity_to_delete_is_read_as_it_was_written_and_found_by_its_parts()
    {
        var written = Cleanup("Hub-A", "Dev") with { Attempts = 3, Problem = "503001 down" };
        await CommitOrFailAsync(new PutHubCleanup(written));

        Assert.Equal(written, await Store.FindHubCleanupAsync("DEFAULT", "HUB-a", "Dev", default));
        Assert.Null(await Store.FindHubCleanupAsync(Samples.Instance, "Hub-A", "dev", default));
        Assert.Null(await Store.FindHubCleanupAsync("other", "Hub-A", "Dev", default));
    }

    [Fact]
    public async Task Identities_to_delete_are_listed_by_their_next_attempt()
    {
        await CommitOrFailAsync(
            new PutHubCleanup(Cleanup("hub", "late", minutes: 9)),
            new PutHubCleanup(Cleanup("hub", "soon", minutes: 1)),
            new PutHubCleanup(Cleanup("hub", "elsewhere", minutes: 5) with { InstanceName = "other" }));

        Assert.Equal(["soon", "late"], (await Store.ListHubCleanupsAsync(Samples.Instance, 10, default)).Select(entry => entry.DeviceId));
        Assert.Equal(["soon", "elsewhere", "late"], (await Store.ListHubCleanupsAsync(null, 10, default)).Select(entry => entry.DeviceId));
        Assert.Equal(["soon"], (await Store.ListHubCleanupsAsync(null, 1, default)).Select(entry => entry.DeviceId));
    }

    [Fact]
    public async Task A_postponed_entry_does_not_come_back_after_it_was_taken_off()
    {
        await CommitOrFailAsync(new PutHubCleanup(Cleanup("hub", "dev")));
        await CommitOrFailAsync(new PutHubCleanup(Cleanup("hub", "dev", minutes: 7), OnlyIfPresent: true));
        Assert.Equal(Samples.Time.AddMinutes(7), Assert.Single(await Store.ListHubCleanupsAsync(null, 10, default)).NextAttemptUtc);

        await CommitOrFailAsync(new DeleteHubCleanup(Samples.Instance, "HUB", "dev"));
        await CommitOrFailAsync(new DeleteHubCleanup(Samples.Instance, "HUB", "dev"));
        await CommitOrFailAsync(new PutHubCleanup(Cleanup("hub", "dev"), OnlyIfPresent: true));
        Assert.Empty(await Store.ListHubCleanupsAsync(null, 10, default));
    }

    private static HubCleanup Cleanup(string hub, string deviceId, int minutes = 0) => new()
    {
        InstanceName = Samples.Instance,
        HubHostName = hub,
        DeviceId = deviceId,
        RegistrationId = "reg",
        CreatedUtc = Samples.Time,
        NextAttemptUtc = Samples.Time.AddMinutes(minutes),
    };
}
