using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Muster.Portal.Tests;

[Collection(PortalCollection.Name)]
public sealed class EnrollmentTests(PortalFixture portal)
{
    [Fact]
    public async Task R9_T5_From_all_resources_a_symmetric_group_is_created_and_a_device_of_it_registers()
    {
        var page = await portal.OpenAsync("/");
        await page.FollowAsync("default");
        await page.FollowAsync("Manage enrollments");
        await page.FollowAsync("Add enrollment group");
        await Expect(page.GetByLabel("Trusted Platform Module (TPM)")).ToHaveCountAsync(0);
        await page.Radio("Symmetric key").CheckAsync();
        await page.GetByLabel("Group name").FillAsync("t5-group");
        await page.Button("Next: IoT hubs >").ClickAsync();
        await Expect(page.GetByLabel("hub-a.localhost")).ToBeCheckedAsync();
        await page.Button("Next: Device settings >").ClickAsync();
        await page.Button("Next: Review + create >").ClickAsync();
        await Expect(page.GetByText("made by the service, 64 bytes each")).ToBeVisibleAsync();
        await page.Button("Create").ClickAsync();
        await page.Button("Show").First.ClickAsync();
        var key = await page.GetByRole(AriaRole.Status, new() { Name = "Primary key" }).Or(page.Locator("output")).First.TextContentAsync();
        Assert.Equal(64, Convert.FromBase64String(key!).Length);
        await page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await page.GetByRole(AriaRole.Group, new() { Name = "Primary key" }).GetByRole(AriaRole.Button, new() { Name = "Copy" }).ClickAsync();
        await Expect(page.Toast("Copied: Primary key")).ToBeVisibleAsync();
        Assert.Equal(key, await page.EvaluateAsync<string>("() => navigator.clipboard.readText()"));

        await page.FollowAsync("Open t5-group");
        await page.Tab("Registration Records").ClickAsync();
        await Expect(page.GetByText("No device has registered yet")).ToBeVisibleAsync();
        var (exit, output) = await portal.RegisterAsync("t5-device", key!, isGroupKey: true);
        Assert.True(exit == 0, output);

        // R21, and live: the record appears without a reload.
        await Expect(page.Link("t5-device")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task R20_T17_A_removed_group_keeps_its_records_as_orphans()
    {
        var key = await portal.AddSymmetricAsync("groups", "t17-group");
        Assert.Equal(0, (await portal.RegisterAsync("t17-device", key, isGroupKey: true)).Exit);
        var page = await portal.OpenAsync("/i/default/enrollments?q=t17-group");

        await page.GetByLabel("Select t17-group").CheckAsync();
        await page.Button("Delete").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog, new() { Name = "Remove enrollment" })).ToContainTextAsync("1 registration records exist");
        await page.Button("No").ClickAsync();
        await Expect(page.Link("t17-group")).ToBeVisibleAsync();
        await page.Button("Delete").ClickAsync();
        await page.Button("Yes").ClickAsync();
        await Expect(page.Link("t17-group")).ToHaveCountAsync(0);

        await portal.GoAsync(page, "/i/default/registrations?orphaned=true");
        await Expect(page.Link("t17-device")).ToBeVisibleAsync();

        // T18: the record itself is deleted from the list.
        await page.GetByLabel("Select t17-device").CheckAsync();
        await page.Button("Delete").ClickAsync();
        await page.Button("Yes").ClickAsync();
        await Expect(page.Link("t17-device")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task T7_T16_An_individual_shows_its_registration_live_and_is_removed()
    {
        var key = await portal.AddSymmetricAsync("individual", "t7-device");
        var page = await portal.OpenAsync("/i/default/enrollments/individual/t7-device?tab=Records");
        await Expect(page.GetByRole(AriaRole.Tabpanel).GetByText("unassigned")).ToBeVisibleAsync();
        Assert.Equal(0, (await portal.RegisterAsync("t7-device", key)).Exit);
        await Expect(page.GetByRole(AriaRole.Tabpanel).GetByText("assigned", new() { Exact = true })).ToBeVisibleAsync();

        await portal.GoAsync(page, "/i/default/enrollments?tab=individual&q=t7-device");
        await page.GetByLabel("Select t7-device").CheckAsync();
        await page.Button("Delete").ClickAsync();
        await page.Button("Yes").ClickAsync();
        await Expect(page.Link("t7-device")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task R16_T14_T15_An_update_is_saved_and_names_what_is_locked()
    {
        await portal.AddSymmetricAsync("individual", "t14-device");
        var page = await portal.OpenAsync("/i/default/enrollments?tab=individual&q=t14-device");
        await page.FollowAsync("t14-device");
        await Expect(page.GetByText("Locked")).ToBeVisibleAsync();
        await Expect(page.Button("Save")).ToBeDisabledAsync();
        await page.GetByLabel("Enable this enrollment").UncheckAsync();
        await page.Tab("Device settings").ClickAsync();
        await page.GetByLabel("Device ID").FillAsync("other-name");
        await page.GetByLabel("Device tags").FillAsync("{ \"site\": \"berlin\" }");
        await page.GetByLabel("Desired properties").ClickAsync();
        await page.Button("Save").ClickAsync();
        await Expect(page.Toast("t14-device is saved")).ToBeVisibleAsync();

        await page.ReloadAsync();
        await Expect(page.GetByLabel("Device ID")).ToHaveValueAsync("other-name");
        await Expect(page.GetByText("Disabled").First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_concurrent_change_shows_both_versions_and_merges_them()
    {
        await portal.AddSymmetricAsync("individual", "conflict-device");
        var mine = await portal.OpenAsync("/i/default/enrollments/individual/conflict-device?tab=Device");
        var theirs = await portal.OpenAsync("/i/default/enrollments/individual/conflict-device");
        await theirs.GetByLabel("Enable this enrollment").UncheckAsync();
        await theirs.Button("Save").ClickAsync();
        await Expect(theirs.Toast("conflict-device is saved")).ToBeVisibleAsync();

        await mine.GetByLabel("Device ID").FillAsync("mine");
        await mine.Button("Save").ClickAsync();
        var dialog = mine.GetByRole(AriaRole.Dialog, new() { Name = "Entry was changed by someone else" });
        await Expect(dialog.GetByRole(AriaRole.Rowheader, new() { Name = "Provisioning status" })).ToBeVisibleAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save merged" }).ClickAsync();
        await Expect(mine.Toast("conflict-device is saved")).ToBeVisibleAsync();
        await Expect(mine.GetByLabel("Device ID")).ToHaveValueAsync("mine");
        await Expect(mine.GetByText("Disabled").First).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("", "Enter a name")]
    [InlineData("ends-with.", "end with a letter, a digit")]
    [InlineData("has space", "1 to 128 characters")]
    public async Task A_bad_name_is_told_beside_its_field_and_in_the_summary(string name, string expected)
    {
        var page = await portal.OpenAsync("/i/default/enrollments/individual/new");
        await page.GetByLabel("Registration ID").FillAsync(name);
        await page.Button("Review + create").First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "needs your attention" })).ToContainTextAsync(expected);
        await Expect(page.Locator("#registrationId-error")).ToContainTextAsync(expected);
        await Expect(page.GetByLabel("Registration ID")).ToHaveAttributeAsync("aria-invalid", "true");
    }

    [Theory]
    [InlineData("c2hvcnQ=", false)]
    [InlineData("not base64!", false)]
    [InlineData("AAECAwQFBgcICQoLDA0ODw==", true)]
    public async Task T9_Own_keys_are_Base64_of_16_to_64_bytes(string key, bool isAccepted)
    {
        var page = await portal.OpenAsync("/i/default/enrollments/individual/new");
        await page.GetByLabel("Generate symmetric keys automatically").UncheckAsync();
        await page.GetByLabel("Primary key", new() { Exact = true }).FillAsync(key);
        await page.GetByLabel("Secondary key", new() { Exact = true }).FillAsync(PageSteps.NewKey());
        var error = page.Locator("[id='attestation.symmetricKey.primaryKey-error']");
        if (isAccepted) await Expect(error).ToHaveCountAsync(0);
        else await Expect(error).ToContainTextAsync("Base64 of 16 to 64 bytes");
    }

    [Fact]
    public async Task A_mistake_in_the_twin_names_line_and_column()
    {
        var page = await portal.OpenAsync("/i/default/enrollments/groups/new");
        await page.Tab("Device settings").ClickAsync();
        await page.GetByLabel("Device tags").FillAsync("{\n  \"a\": 1,,\n}");
        await page.GetByLabel("Desired properties").ClickAsync();
        await Expect(page.Locator("[id='initialTwin.tags-error']")).ToContainTextAsync("Line 2, column");
    }

    [Fact]
    public async Task R10_The_single_page_layout_has_the_labels_of_the_older_guide()
    {
        var page = await portal.OpenAsync("/i/default/enrollments/groups/new");
        await page.GetByLabel("Layout").SelectOptionAsync("single");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Add Enrollment Group" })).ToBeVisibleAsync();
        foreach (var label in (string[])["Group name", "Attestation Type", "Certificate Type", "Primary Certificate", "IoT Edge device", "Initial Device Twin State", "Enable entry"])
            await Expect(page.GetByLabel(label).First).ToBeVisibleAsync();
        await page.GetByLabel("Symmetric Key").CheckAsync();
        await Expect(page.GetByLabel("Certificate Type")).ToHaveCountAsync(0);
        await page.GetByLabel("Group name").FillAsync("single-page-group");
        await page.Button("Save").ClickAsync();
        await Expect(page.GetByText("Its devices can register now")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_refused_device_is_explained_with_what_to_do()
    {
        await portal.AddSymmetricAsync("individual", "wrong-key-device");
        Assert.NotEqual(0, (await portal.RegisterAsync("wrong-key-device", PageSteps.NewKey())).Exit);
        var page = await portal.OpenAsync("/i/default/refusals");
        await page.Locator("main").GetByText("wrong-key-device").First.ClickAsync();
        await Expect(page.GetByText("Compare the device's key with the enrollment's keys").First).ToBeVisibleAsync();
        await Expect(page.GetByText("Copy the key from Manage credentials").First).ToBeVisibleAsync();
    }
}
