using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Muster.Core.Attestation;
using Muster.Core.Concurrency;
using Muster.Core.Enrollments;
using Muster.Core.Hubs;
using Muster.Core.Store;
using static Microsoft.Playwright.Assertions;

namespace Muster.Portal.Tests;

/// <summary>Click paths that change, roll, clear and end what was enrolled (portal 7), and rows of the acceptance checklist (portal 12) about them.</summary>
[Collection(PortalCollection.Name)]
public sealed class ChangeTaskTests(PortalFixture portal)
{
    [Fact]
    public async Task R21_T19_All_records_of_a_group_are_cleared_before_the_group_is_removed()
    {
        var key = await portal.AddSymmetricAsync("groups", "t19-group");
        for (var i = 0; i < 28; i++) Assert.Equal(0, (await portal.RegisterAsync($"t19-{i:d2}", key, isGroupKey: true)).Exit);
        var page = await portal.OpenAsync("/i/default/enrollments/groups/t19-group?tab=Records");
        await Expect(page.Link("t19-00")).ToBeVisibleAsync();

        // One is searched for, by an address that can be kept.
        await page.GetByLabel("Search by registration ID").FillAsync("t19-27");
        await Expect(page.Link("t19-27")).ToBeVisibleAsync();
        await page.AddressHasAsync("q=t19-27");
        await page.GetByLabel("Search by registration ID").FillAsync("");
        await Expect(page.Link("t19-00")).ToBeVisibleAsync();

        await page.GetByLabel("Select all on this page").CheckAsync();
        await page.Button("Select all 28 matching").ClickAsync();
        await page.Button("Delete").Last.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("all 28 records that match");
        await page.Button("Yes").ClickAsync();

        // More than a page is a job.
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Delete registration records of t19-group" })).ToBeVisibleAsync();
        await Expect(page.GetByText("28 of 28 done").First).ToBeVisibleAsync();
        await page.FollowAsync("Back to the list");
        await Expect(page.GetByText("No device has registered yet")).ToBeVisibleAsync();

        await portal.GoAsync(page, "/i/default/enrollments?q=t19-group");
        await page.GetByLabel("Select t19-group").CheckAsync();
        await page.Button("Delete").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).Not.ToContainTextAsync("records exist");
        await page.Button("Yes").ClickAsync();
        await Expect(page.Link("t19-group")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task All_that_match_are_disabled_beyond_the_page_that_shows()
    {
        var enrollments = portal.Server.Services.GetRequiredService<EnrollmentService>();
        var instance = (await Store.ListInstancesAsync(default)).Single(instance => instance.Name == "default");
        var symmetric = new EnrollmentDefinition { Attestation = new() { Type = AttestationType.SymmetricKey } };
        for (var i = 0; i < 27; i++)
        {
            var added = await enrollments.PutAsync(instance, EnrollmentKind.Individual, $"whole-{i:d2}", symmetric, ETagCondition.None, default);
            Assert.Null(added.Refusal);
        }

        var page = await portal.OpenAsync("/i/default/enrollments?tab=individual&q=whole-&sort=LastUpdatedDescending");
        await page.GetByLabel("Select all on this page").CheckAsync();
        await page.Button("Select all 27 matching").ClickAsync();

        await page.Button("Disable").ClickAsync();

        await Expect(page.GetByText("27 of 27 done").First).ToBeVisibleAsync();
        for (var i = 0; i < 27; i++) Assert.False((await Store.FindEnrollmentAsync("default", EnrollmentKind.Individual, $"whole-{i:d2}", default))!.IsEnabled);
    }

    [Fact]
    public async Task Checklist_26_A_group_is_removed_together_with_its_records_when_that_is_chosen()
    {
        var key = await portal.AddSymmetricAsync("groups", "c26-group");
        for (var i = 0; i < 3; i++) Assert.Equal(0, (await portal.RegisterAsync($"c26-{i}", key, isGroupKey: true)).Exit);
        var page = await portal.OpenAsync("/i/default/enrollments?q=c26-group");
        await page.GetByLabel("Select c26-group").CheckAsync();
        await page.Button("Delete").ClickAsync();
        await page.GetByLabel("Delete these records first").CheckAsync();
        await page.Button("Yes").ClickAsync();
        await Expect(page.Link("c26-group")).ToHaveCountAsync(0);
        Assert.Null(await Store.FindRegistrationAsync("default", "c26-0", default));
    }

    [Theory]
    [InlineData("tabbed")]
    [InlineData("single")]
    public async Task R15_R17_R18_T21_An_entry_is_disabled_in_either_layout(string layout)
    {
        var id = $"t21-{layout}";
        var key = await portal.AddSymmetricAsync("individual", id);
        var page = await portal.OpenAsync($"/i/default/enrollments?tab=individual&q={id}");
        await page.FollowAsync(id);
        await Expect(page.GetByText("Enabled", new() { Exact = true }).First).ToBeVisibleAsync();
        await page.GetByLabel("Layout").SelectOptionAsync(layout);
        if (layout == "tabbed") await page.GetByLabel("Enable this enrollment").UncheckAsync();
        else await page.GetByRole(AriaRole.Radio, new() { Name = "Disable", Exact = true }).CheckAsync();
        await page.Button("Save").ClickAsync();
        await Expect(page.Toast($"{id} is saved")).ToBeVisibleAsync();
        Assert.NotEqual(0, (await portal.RegisterAsync(id, key)).Exit);

        // P8.7: the change is in the history, with who made it.
        await page.Tab("History").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "provisioningStatus" }).First).ToContainTextAsync("first administrator");
    }

    [Fact]
    public async Task Checklist_30_T22_One_device_of_a_group_is_deprovisioned_and_the_others_go_on()
    {
        var key = await portal.AddSymmetricAsync("groups", "t22-group");
        foreach (var id in (string[])["t22-out", "t22-in"]) Assert.Equal(0, (await portal.RegisterAsync(id, key, isGroupKey: true)).Exit);
        var page = await portal.OpenAsync("/i/default/enrollments/groups/t22-group");
        await page.Tab("Registration Records").ClickAsync();
        await Expect(page.Button("Deprovision...")).ToBeDisabledAsync();
        await page.GetByLabel("Select t22-out").CheckAsync();
        await Expect(page.GetByText("1 selected.")).ToBeVisibleAsync();
        await page.Button("Deprovision...").ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Deprovision" });
        await Expect(dialog).ToContainTextAsync("disabled individual enrollment");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Next" }).ClickAsync();
        await Expect(dialog.GetByRole(AriaRole.Radio, new() { Name = "Disable" })).ToBeCheckedAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Next" }).ClickAsync();
        await Expect(dialog.GetByLabel("Delete the registration record too")).Not.ToBeCheckedAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Finish" }).ClickAsync();
        await Expect(dialog).ToContainTextAsync("1 deprovisioned");
        await Expect(dialog).ToContainTextAsync("Do not delete the disabled enrollment");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Close" }).Last.ClickAsync();

        Assert.False((await Store.FindEnrollmentAsync("default", EnrollmentKind.Individual, "t22-out", default))!.IsEnabled);
        Assert.Equal("disabled", await IdentityAsync("t22-out"));
        Assert.NotEqual(0, (await portal.RegisterAsync("t22-out", key, isGroupKey: true)).Exit);
        Assert.Equal(0, (await portal.RegisterAsync("t22-in", key, isGroupKey: true)).Exit);
        Assert.Equal("enabled", await IdentityAsync("t22-in"));
    }

    [Fact]
    public async Task T23_A_whole_group_is_deprovisioned()
    {
        var key = await portal.AddSymmetricAsync("groups", "t23-group");
        foreach (var id in (string[])["t23-a", "t23-b"]) Assert.Equal(0, (await portal.RegisterAsync(id, key, isGroupKey: true)).Exit);
        var page = await portal.OpenAsync("/i/default/enrollments/groups/t23-group?tab=Records");
        await page.Button("Deprovision all...").ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Deprovision all of t23-group" });
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Next" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Radio, new() { Name = "Delete" }).CheckAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Next" }).ClickAsync();
        await dialog.GetByLabel("Delete the registration records too").CheckAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Finish" }).ClickAsync();
        await Expect(dialog).ToContainTextAsync("2 deprovisioned");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Close" }).Last.ClickAsync();
        await Expect(page.GetByText("No device has registered yet")).ToBeVisibleAsync();

        Assert.False((await Store.FindEnrollmentAsync("default", EnrollmentKind.Group, "t23-group", default))!.IsEnabled);
        Assert.Null(await IdentityAsync("t23-a"));
        Assert.NotEqual(0, (await portal.RegisterAsync("t23-a", key, isGroupKey: true)).Exit);
    }

    [Fact]
    public async Task Checklist_31_T24_An_intermediate_is_rolled_by_the_second_slot_while_both_chains_are_admitted()
    {
        using var root = TestCertificates.Issue("CN=T24 Root", isCa: true);
        using var old = TestCertificates.Issue("CN=T24 Old", root, isCa: true);
        using var young = TestCertificates.Issue("CN=T24 New", root, isCa: true);
        var page = await portal.OpenAsync("/i/default/certificates");
        await page.Button("Add").ClickAsync();
        await page.GetByLabel("Certificate name").FillAsync("t24-root");
        await page.UploadAsync("Certificate .pem or .cer file", "root.pem", Encoding.ASCII.GetBytes(root.ExportCertificatePem()));
        await page.GetByLabel("Set certificate status to verified on upload").CheckAsync();
        await page.Button("Save").ClickAsync();
        await Expect(page.Button("t24-root")).ToBeVisibleAsync();
        await portal.GoAsync(page, "/i/default/enrollments/groups/new");
        await page.GetByLabel("X.509 intermediate certificates").CheckAsync();
        await page.UploadAsync("Primary certificate", "old.pem", Encoding.ASCII.GetBytes(old.ExportCertificatePem()));
        await page.GetByLabel("Group name").FillAsync("t24-group");
        await page.Button("Review + create").First.ClickAsync();
        await page.Button("Create").ClickAsync();
        await page.FollowAsync("Open t24-group");
        await page.FollowAsync("Manage credentials");
        await Expect(page.Button("Delete current certificate")).ToBeDisabledAsync();
        await page.UploadAsync("Load a certificate", "new.pem", Encoding.ASCII.GetBytes(young.ExportCertificatePem()));
        await Expect(page.Toast("Credentials of t24-group are saved")).ToBeVisibleAsync();

        using var first = TestCertificates.Issue("CN=t24-old-device", old);
        using var second = TestCertificates.Issue("CN=t24-new-device", young);
        Assert.True((await TestCertificates.RegisterAsync(portal, "t24-old-device", first, old)).IsAssigned);
        Assert.True((await TestCertificates.RegisterAsync(portal, "t24-new-device", second, young)).IsAssigned);

        await page.Button("Delete current certificate").First.ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Delete", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Hub clean-up" })).ToBeVisibleAsync();
        Assert.False((await TestCertificates.RegisterAsync(portal, "t24-old-device", first, old)).IsAssigned);
        Assert.True((await TestCertificates.RegisterAsync(portal, "t24-new-device", second, young)).IsAssigned);
    }

    [Fact]
    public async Task T26_After_a_breach_the_certificate_is_replaced_and_the_hub_identity_ended()
    {
        using var stolen = TestCertificates.Issue("CN=t26-device");
        using var fresh = TestCertificates.Issue("CN=t26-device");
        var page = await portal.OpenAsync("/i/default/enrollments/individual/new");
        await page.GetByLabel("X.509 client certificates").CheckAsync();
        await page.UploadAsync("Primary certificate", "stolen.pem", Encoding.ASCII.GetBytes(stolen.ExportCertificatePem()));
        await Expect(page.GetByLabel("Registration ID")).ToHaveValueAsync("t26-device");
        await page.Button("Review + create").First.ClickAsync();
        await page.Button("Create").ClickAsync();
        await Expect(page.GetByText("Its devices can register now")).ToBeVisibleAsync();
        Assert.True((await TestCertificates.RegisterAsync(portal, "t26-device", stolen)).IsAssigned);

        await portal.GoAsync(page, "/i/default/enrollments/individual/t26-device/credentials");
        await page.UploadAsync("Replace by another certificate", "fresh.pem", Encoding.ASCII.GetBytes(fresh.ExportCertificatePem()));
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Hub clean-up" })).ToBeVisibleAsync();
        await page.Button("Disable the identity of t26-device").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Gridcell).Filter(new() { HasText = "disabled" })).ToBeVisibleAsync();
        Assert.Equal("disabled", await IdentityAsync("t26-device"));
        Assert.False((await TestCertificates.RegisterAsync(portal, "t26-device", stolen)).IsAssigned);
    }

    [Fact]
    public async Task R17_T31_A_device_moves_to_another_hub_when_it_registers_again()
    {
        var key = await portal.AddSymmetricAsync("individual", "t31-device");
        var page = await portal.OpenAsync("/i/default/enrollments/individual/t31-device?tab=Hubs");
        await page.GetByLabel("hub-b.localhost").UncheckAsync();
        await page.Button("Save").ClickAsync();
        await Expect(page.Toast("t31-device is saved")).ToBeVisibleAsync();
        Assert.Contains("hub-a.localhost", (await portal.RegisterAsync("t31-device", key)).Output);
        await page.GetByLabel("hub-b.localhost").CheckAsync();
        await page.GetByLabel("hub-a.localhost").UncheckAsync();
        await page.Tab("Registration + provisioning").ClickAsync();
        await page.Radio("Reprovision device and reset to initial state").CheckAsync();
        await page.Button("Save").ClickAsync();
        await Expect(page.Button("Save")).ToBeDisabledAsync();
        Assert.Contains("hub-b.localhost", (await portal.RegisterAsync("t31-device", key)).Output);
        await page.Tab("Registration status").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Tabpanel).GetByText("hub-b.localhost").First).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Tabpanel)).ToContainTextAsync("device data reset");
    }

    [Fact]
    public async Task T36_A_snippet_is_chosen_by_language_and_copied_with_everything_filled_in()
    {
        await portal.AddSymmetricAsync("individual", "t36-device");
        var page = await portal.OpenAsync("/i/default/enrollments/individual/t36-device");
        await page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await page.Tab("Device code").ClickAsync();
        foreach (var (tab, call) in new[] { ("C#", "ProvisioningDeviceClient"), ("Node.js", "ProvisioningDeviceClient"), ("Python", "ProvisioningDeviceClient"), ("Java", "ProvisioningDeviceClient"), ("C", "Prov_Device") })
        {
            await page.GetByRole(AriaRole.Tab, new() { Name = tab, Exact = true }).ClickAsync();
            await Expect(page.GetByTestId("snippet")).ToContainTextAsync("t36-device");
            await Expect(page.GetByTestId("snippet")).ToContainTextAsync(portal.Server.Endpoints.IdScope!);
            await Expect(page.GetByTestId("snippet")).ToContainTextAsync(call);
            await page.Button($"Copy code for {tab}").ClickAsync();
            await Expect(page.Toast($"Copied: code for {tab}")).ToBeVisibleAsync();
            Assert.Contains("t36-device", await page.EvaluateAsync<string>("() => navigator.clipboard.readText()"));
        }
    }

    [Fact]
    public async Task Checklist_29_The_status_panel_tells_a_failure_with_code_and_message()
    {
        await portal.AddSymmetricAsync("individual", "c29-device");
        Assert.NotEqual(0, (await portal.RegisterAsync("c29-device", PageSteps.NewKey())).Exit);
        var page = await portal.OpenAsync("/i/default/enrollments/individual/c29-device?tab=Records");
        await Expect(page.GetByRole(AriaRole.Tabpanel).GetByText("unassigned")).ToBeVisibleAsync();
        await page.Tab("Attempts").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Tabpanel)).ToContainTextAsync("401002");
    }

    [Fact]
    public async Task Checklist_28_Records_are_exported_for_a_spreadsheet()
    {
        var key = await portal.AddSymmetricAsync("groups", "c28-group");
        Assert.Equal(0, (await portal.RegisterAsync("c28-device", key, isGroupKey: true)).Exit);
        var page = await portal.OpenAsync("/i/default/enrollments/groups/c28-group?tab=Records");
        await Expect(page.Link("c28-device")).ToBeVisibleAsync();
        var download = await page.RunAndWaitForDownloadAsync(() => page.Button("Export CSV").ClickAsync());
        await using var stream = await download.CreateReadStreamAsync();
        using var reader = new StreamReader(stream);
        var text = await reader.ReadToEndAsync();
        Assert.StartsWith("registrationId,deviceId,", text);
        Assert.Contains("c28-device,c28-device,group,c28-group,", text);

        // The record's own page.
        await page.FollowAsync("c28-device");
        await Expect(page.GetByText("through the enrollment group")).ToBeVisibleAsync();
    }

    private IProvisioningStore Store => portal.Server.Services.GetRequiredService<IProvisioningStore>();

    /// <summary>The status of a device in whichever embedded hub has it; null when none has.</summary>
    private async Task<string?> IdentityAsync(string deviceId)
    {
        var connectors = portal.Server.Services.GetRequiredService<HubConnectors>();
        foreach (var hub in await Store.ListLinkedHubsAsync("default", default))
        {
            if (await connectors.Connect(hub).ReadDeviceAsync(deviceId, default) is { } device) return device.IsEnabled ? "enabled" : "disabled";
        }

        return null;
    }
}
