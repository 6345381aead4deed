using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Muster.Core.Audit;
using Muster.Core.Hubs;
using Muster.Core.Instances;
using Muster.Core.Store;
using static Microsoft.Playwright.Assertions;

namespace Muster.Portal.Tests;

/// <summary>The alert about identities that moved devices left in hubs which do not delete them (behaviour B-10.2).</summary>
[Collection(PortalCollection.Name)]
public sealed class LeftBehindTests(PortalFixture portal)
{
    [Fact]
    public async Task P11_What_an_old_hub_does_not_delete_is_an_alert_until_somebody_sees_to_it()
    {
        var store = portal.Server.Services.GetRequiredService<IProvisioningStore>();
        var service = portal.Server.Services.GetRequiredService<InstanceService>();
        var now = DateTimeOffset.UtcNow;
        Assert.Null((await service.CreateAsync(AuditCaller.Process, new InstanceDefinition { Name = "stray-dps" }, default)).Refusal);
        await store.CommitAsync(
            [
                new PutHubCleanup(new HubCleanup
                {
                    InstanceName = "stray-dps",
                    HubHostName = "gone.example.org",
                    DeviceId = "stray-1",
                    RegistrationId = "stray-1",
                    CreatedUtc = now,
                    NextAttemptUtc = now.AddHours(1),
                    Attempts = 3,
                    Problem = "The hub is down for repair.",
                }),
            ],
            default);

        var page = await portal.OpenAsync("/i/stray-dps/overview");
        await Expect(page.GetByText("1 moved device is still in an old hub")).ToBeVisibleAsync();
        await portal.GoAsync(page, "/i/stray-dps/hubs");
        await Expect(page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "A device that moved is still in an old hub." })).ToBeVisibleAsync();
        var row = page.GetByRole(AriaRole.Row).Filter(new() { HasText = "stray-1" });
        await Expect(row).ToContainTextAsync("The hub is down for repair.");

        await page.GetByRole(AriaRole.Button, new() { Name = "Delete now" }).ClickAsync();
        await Expect(row).ToContainTextAsync("is not linked, so nothing can be deleted in it.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Give up stray-1" }).ClickAsync();
        await Expect(row).ToHaveCountAsync(0);
        Assert.Empty(await store.ListHubCleanupsAsync("stray-dps", 10, default));
    }
}
