using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Muster.Core.Attestation;
using Muster.Core.Audit;
using Muster.Core.Concurrency;
using Muster.Core.Enrollments;
using Muster.Core.Instances;
using Muster.Core.Store;
using Muster.Portal.Enrollments;
using Muster.Portal.SignIn;
using static Microsoft.Playwright.Assertions;

namespace Muster.Portal.Tests;

/// <summary>Versions of an enrollment are seen and restored (portal P8.7, 8.9).</summary>
[Collection(PortalCollection.Name)]
public sealed class HistoryTests(PortalFixture portal)
{
    private IProvisioningStore Store => portal.Server.Services.GetRequiredService<IProvisioningStore>();

    [Fact]
    public async Task P8_7_A_version_is_restored_and_the_keys_stay_what_they_are_now()
    {
        await portal.AddSymmetricAsync("individual", "history-device");
        var page = await portal.OpenAsync("/i/default/enrollments/individual/history-device?tab=Device");
        await page.GetByLabel("Device ID").FillAsync("another-name");
        await page.GetByLabel("Device tags").FillAsync("""{"line":12}""");
        await page.Button("Save").ClickAsync();
        await Expect(page.Toast("is saved")).ToBeVisibleAsync();
        await portal.GoAsync(page, "/i/default/enrollments/individual/history-device/credentials");
        await page.Button("Regenerate primary").ClickAsync();
        await page.Button("Regenerate").ClickAsync();
        await Expect(page.Toast("Credentials of history-device are saved.")).ToBeVisibleAsync();
        var before = await FindAsync();

        await portal.GoAsync(page, "/i/default/enrollments/individual/history-device?tab=History");
        var rows = page.GetByRole(AriaRole.Row);
        await Expect(rows.Nth(1)).ToContainTextAsync("as it is now");
        await Expect(rows.Nth(2)).ToContainTextAsync("another-name");
        await Expect(rows.Nth(2).GetByRole(AriaRole.Button, new() { Name = "Restore this version" })).ToHaveAttributeAsync("title", "The settings are the same now.");
        await Expect(rows.Nth(3)).ToContainTextAsync("created");
        await rows.Nth(3).GetByRole(AriaRole.Button, new() { Name = "Restore this version" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await Expect(dialog).ToContainTextAsync("deviceId another-name");
        await Expect(dialog).ToContainTextAsync("initialTwin.tags.line 12");
        await Expect(dialog).ToContainTextAsync("stay what they are now");
        await Expect(dialog).Not.ToContainTextAsync("(secret)");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        Assert.Equal(before.ETag, (await FindAsync()).ETag);

        await rows.Nth(3).GetByRole(AriaRole.Button, new() { Name = "Restore this version" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Restore", Exact = true }).ClickAsync();
        await Expect(page.Toast("history-device has the settings of")).ToBeVisibleAsync();
        var after = await FindAsync();
        Assert.Null(after.DeviceId);
        Assert.Equal(((SymmetricKeyAttestation)before.Attestation).Keys.Primary.Reveal(), ((SymmetricKeyAttestation)after.Attestation).Keys.Primary.Reveal());
        Assert.Equal(before.CreatedUtc, after.CreatedUtc);

        // The restoration is a version of its own, and the form shows it.
        await Expect(rows.Nth(1)).ToContainTextAsync("deviceId another-name");
        await Expect(rows.Nth(1)).ToContainTextAsync("first administrator");
        await page.Tab("Device settings").ClickAsync();
        await Expect(page.GetByLabel("Device ID")).ToHaveValueAsync("");
    }

    [Fact]
    public async Task P8_7_A_restoration_does_not_overwrite_what_somebody_changed_meanwhile()
    {
        await portal.AddSymmetricAsync("groups", "history-group");
        var page = await portal.OpenAsync("/i/default/enrollments/groups/history-group");
        await page.GetByLabel("Enable this enrollment").UncheckAsync();
        await page.Button("Save").ClickAsync();
        await Expect(page.Toast("is saved")).ToBeVisibleAsync();
        await page.Tab("History").ClickAsync();
        await page.Button("Restore this version").ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await Expect(dialog).ToContainTextAsync("provisioningStatus disabled");

        var stored = (await Store.FindEnrollmentAsync("default", EnrollmentKind.Group, "history-group", default))!;
        var services = portal.Server.Services;
        var changed = await services.GetRequiredService<EnrollmentService>().PutAsync(
            AuditCaller.Process, services.GetRequiredService<InstanceDirectory>().FindByName("default")!, EnrollmentKind.Group, "history-group",
            EnrollmentDesk.DefinitionOf(stored) with { ReprovisionPolicy = new ReprovisionPolicy(UpdateHubAssignment: false, MigrateDeviceData: false) }, ETagCondition.Any, default);
        Assert.NotNull(changed.Value);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Restore", Exact = true }).ClickAsync();
        await Expect(dialog).ToContainTextAsync("Somebody changed this enrollment in between.");
        await Expect(dialog.Locator("details")).ToContainTextAsync("412001");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Close" }).Last.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Row).Nth(1)).ToContainTextAsync("as it is now");
        Assert.False((await Store.FindEnrollmentAsync("default", EnrollmentKind.Group, "history-group", default))!.IsEnabled);
    }

    [Fact]
    public async Task P8_7_Who_may_not_write_sees_why_and_the_service_behind_refuses()
    {
        await portal.AddSymmetricAsync("individual", "history-reader");
        var page = await portal.OpenAsync("/i/default/enrollments/individual/history-reader");
        await page.GetByLabel("Enable this enrollment").UncheckAsync();
        await page.Button("Save").ClickAsync();
        await Expect(page.Toast("is saved")).ToBeVisibleAsync();
        var reader = await portal.OpenAsAsync(portal.Server, "history-reading", "/i/default/enrollments/individual/history-reader?tab=History", PortalRole.Reader);
        await Expect(reader.Button("Restore this version")).ToHaveAttributeAsync("title", "Needs the right enrollments/write (role Contributor).");

        var access = await portal.AccessAsync(PortalRole.Reader);
        var desk = ActivatorUtilities.CreateInstance<EnrollmentDesk>(portal.Server.Services, access);
        var read = (await desk.FindAsync("default", EnrollmentKind.Individual, "history-reader", default)).Value!;
        var versions = await desk.HistoryAsync("default", EnrollmentKind.Individual, "history-reader", default);
        Assert.Equal(403, (await desk.RestoreAsync("default", read, versions[^1], default)).Refusal!.HttpStatus);

        // A version of another enrollment is none of this one.
        await portal.AddSymmetricAsync("individual", "history-other");
        var writer = ActivatorUtilities.CreateInstance<EnrollmentDesk>(portal.Server.Services, await portal.AccessAsync(PortalRole.Contributor));
        var others = await writer.HistoryAsync("default", EnrollmentKind.Individual, "history-other", default);
        Assert.Equal(400004, (await writer.RestoreAsync("default", read, others[^1], default)).Refusal!.Code);
    }

    private async Task<IndividualEnrollment> FindAsync() =>
        (IndividualEnrollment)(await Store.FindEnrollmentAsync("default", EnrollmentKind.Individual, "history-device", default))!;
}
