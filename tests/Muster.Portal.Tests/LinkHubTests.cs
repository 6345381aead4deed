using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Muster.Core.Enrollments;
using Muster.Core.Store;
using Muster.Portal.SignIn;
using static Microsoft.Playwright.Assertions;

namespace Muster.Portal.Tests;

/// <summary>A hub is linked in a panel over the form of an enrollment (portal P6, tab 2).</summary>
[Collection(PortalCollection.Name)]
public sealed class LinkHubTests(PortalFixture portal)
{
    [Theory]
    [InlineData("groups", "Group name", "tabbed")]
    [InlineData("groups", "Group name", "single")]
    [InlineData("individual", "Registration ID", "tabbed")]
    public async Task P6_A_hub_is_linked_over_the_form_and_what_was_typed_stays(string kind, string label, string layout)
    {
        var service = $"link-{kind}-{layout}";
        await portal.AddServiceAsync(service);
        var page = await portal.OpenAsync($"/i/{service}/enrollments/{kind}/new");
        var isTabbed = layout == "tabbed";
        if (!isTabbed)
        {
            await page.GetByLabel("Layout").SelectOptionAsync("single");
            await page.Button("Save").WaitForAsync();
        }

        await page.Radio(isTabbed ? "Symmetric key" : "Symmetric Key").CheckAsync();
        await page.GetByLabel(label).FillAsync("linked-over");
        if (isTabbed) await page.Tab("IoT hubs").ClickAsync();
        await Expect(page.GetByText("No hub is linked yet: devices would be refused.")).ToBeVisibleAsync();

        // Keyboard: the panel takes the focus, Escape closes it, and the focus is where it was.
        var panel = page.GetByRole(AriaRole.Dialog, new() { Name = "Add link to IoT hub" });
        await page.Button("Link a new IoT hub").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(panel.GetByRole(AriaRole.Radio, new() { Name = "On this server" })).ToBeFocusedAsync();
        await Expect(panel).ToContainTextAsync($"The hub is linked to the whole service {service}");
        await page.Keyboard.PressAsync("Escape");
        await Expect(panel).ToHaveCountAsync(0);
        await Expect(page.Button("Link a new IoT hub")).ToBeFocusedAsync();

        // A mistake is told in the panel. Ctrl+S saves the panel, not the form below it.
        await LinkAsync("hub-a.localhost", firstWeight: "1001");
        await Expect(Hub("hub-a.localhost")).ToBeCheckedAsync();
        await Expect(Hub("hub-b.localhost")).ToHaveCountAsync(0);
        await LinkAsync("hub-b.localhost");
        await Expect(Hub("hub-a.localhost")).ToBeCheckedAsync();
        await Expect(Hub("hub-b.localhost")).ToBeCheckedAsync();

        if (isTabbed) await page.Tab("Registration + provisioning").ClickAsync();
        await Expect(page.GetByLabel(label)).ToHaveValueAsync("linked-over");
        if (isTabbed) await page.Tab("Review + create").ClickAsync();
        await page.Button(isTabbed ? "Create" : "Save").ClickAsync();
        await Expect(page.GetByText("Its devices can register now")).ToBeVisibleAsync();
        var created = await portal.Server.Services.GetRequiredService<IProvisioningStore>()
            .FindEnrollmentAsync(service, kind == "groups" ? EnrollmentKind.Group : EnrollmentKind.Individual, "linked-over", default);
        Assert.Equal(["hub-a.localhost", "hub-b.localhost"], created!.IotHubs!.Order(StringComparer.Ordinal));

        ILocator Hub(string name) => page.GetByRole(AriaRole.Checkbox, new() { Name = name });

        async Task LinkAsync(string hub, string? firstWeight = null)
        {
            await page.Button("Link a new IoT hub").ClickAsync();
            await panel.GetByRole(AriaRole.Combobox, new() { Name = "IoT hub" }).SelectOptionAsync(hub);
            if (firstWeight is not null)
            {
                await panel.GetByLabel("Allocation weight").FillAsync(firstWeight);
                await page.Keyboard.PressAsync("Control+s");
                await Expect(panel.Locator("#error-summary")).ToBeFocusedAsync();
                await panel.GetByLabel("Allocation weight").FillAsync("7");
            }

            await page.Keyboard.PressAsync("Control+s");
            await Expect(page.Toast($"{hub} is linked.")).ToBeVisibleAsync();
            await Expect(panel).ToHaveCountAsync(0);
        }
    }

    [Fact]
    public async Task P6_An_enrollment_that_uses_all_hubs_goes_on_using_all_when_one_is_linked()
    {
        const string Service = "link-all";
        await portal.AddServiceAsync(Service);
        var page = await portal.OpenAsync($"/i/{Service}/enrollments/groups/new");
        await page.Tab("IoT hubs").ClickAsync();
        var panel = page.GetByRole(AriaRole.Dialog);
        foreach (var hub in (string[])["hub-a.localhost", "hub-b.localhost"])
        {
            await page.Button("Link a new IoT hub").ClickAsync();
            await panel.GetByRole(AriaRole.Combobox, new() { Name = "IoT hub" }).SelectOptionAsync(hub);
            await panel.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
            await Expect(panel).ToHaveCountAsync(0);
            await page.GetByRole(AriaRole.Checkbox, new() { Name = "hub-a.localhost" }).UncheckAsync();
        }

        await Expect(page.GetByRole(AriaRole.Checkbox, new() { Name = "hub-b.localhost" })).Not.ToBeCheckedAsync();
        await Expect(page.GetByText("All linked hubs, now and in future")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Without_the_right_the_button_says_what_is_missing()
    {
        var page = await portal.OpenAsAsync(portal.Server, "link-contributor", "/i/default/enrollments/groups/new", PortalRole.Contributor);
        await page.Tab("IoT hubs").ClickAsync();
        await Expect(page.Button("Link a new IoT hub")).ToHaveAttributeAsync("title", "Needs the right instance write (role Administrator).");
    }
}
