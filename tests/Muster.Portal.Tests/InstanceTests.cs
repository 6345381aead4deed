using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Muster.Portal.Tests;

[Collection(PortalCollection.Name)]
public sealed class InstanceTests(PortalFixture portal)
{
    [Fact]
    public async Task T1_T2_An_instance_is_created_and_shows_its_endpoints()
    {
        var page = await portal.OpenAsync("/");
        await page.FollowAsync("Create");
        await page.GetByLabel("Name").FillAsync("ab");
        await Expect(page.Locator("#name-error")).ToContainTextAsync("3 to 64 characters");
        await page.GetByLabel("Name").FillAsync("Default");
        await Expect(page.Locator("#name-error")).ToContainTextAsync("exists already");
        await page.GetByLabel("Name").FillAsync("t-dps");

        // The error goes away with the server's answer and moves the page; nobody clicks before that either.
        await Expect(page.GetByText("available")).ToBeVisibleAsync();
        await page.Button("Review + create").ClickAsync();
        await page.Button("Create").ClickAsync();
        await page.FollowAsync("Go to resource");
        foreach (var name in (string[])["Copy ID scope", "Copy service endpoint", "Copy global device endpoint"]) await Expect(page.Button(name)).ToBeVisibleAsync();

        // Checklist 2: what a new service has.
        await page.FollowAsync("Shared access policies");
        await Expect(page.Link("provisioningserviceowner")).ToBeVisibleAsync();
        await page.FollowAsync("Manage allocation policy");
        await Expect(page.GetByLabel("Evenly weighted distribution")).ToBeCheckedAsync();

        // T3: a hub is linked by a policy that suffices.
        await page.FollowAsync("Linked IoT hubs");
        await page.Button("Add").ClickAsync();
        await Expect(page.GetByLabel("Access Policy")).ToHaveValueAsync("0");
        Assert.Equal(["iothubowner"], await page.GetByLabel("Access Policy").Locator("option").AllTextContentsAsync());
        await page.GetByLabel("Allocation weight").FillAsync("1001");
        await page.Button("Save").ClickAsync();
        await Expect(page.Locator("#allocationWeight-error")).ToContainTextAsync("between 1 and 1000");
        await page.GetByLabel("Allocation weight").FillAsync("1000");
        await page.Button("Save").ClickAsync();
        await Expect(page.Button("hub-a.localhost")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task T27_Custom_cannot_be_the_default_policy()
    {
        var page = await portal.OpenAsync("/i/default/allocation");
        await Expect(page.GetByLabel("Custom")).ToBeDisabledAsync();
        await page.GetByLabel("Lowest latency").CheckAsync();
        await page.Button("Save").ClickAsync();
        await Expect(page.Toast("Lowest latency is the default now")).ToBeVisibleAsync();
        await page.GetByLabel("Evenly weighted distribution").CheckAsync();
        await page.Button("Save").ClickAsync();
        await Expect(page.Toast("Evenly weighted distribution is the default now")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task T32_A_policy_is_added_and_its_connection_string_shown()
    {
        var page = await portal.OpenAsync("/i/default/policies");
        await page.Button("Add").ClickAsync();
        await page.GetByLabel("Access policy name").FillAsync("enrollmentread");
        await page.GetByLabel("Enrollment read").CheckAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();
        await page.FollowAsync("enrollmentread");
        await page.GetByRole(AriaRole.Group, new() { Name = "Connection string - primary" }).GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();
        await Expect(page.Locator("output")).ToContainTextAsync("SharedAccessKeyName=enrollmentread;SharedAccessKey=");
    }

    [Fact]
    public async Task R3_T30_Rules_act_on_every_door_and_networking_stays_reachable()
    {
        var page = await portal.OpenAsync("/create");
        await page.GetByLabel("Name").FillAsync("net-dps");
        await page.Button("Review + create").ClickAsync();
        await page.Button("Create").ClickAsync();
        await page.FollowAsync("Go to resource");
        await page.FollowAsync("Networking");
        await page.GetByLabel("Selected IP ranges").CheckAsync();
        await page.Button("Add IP Filter Rule").ClickAsync();
        await page.GetByLabel("Address range of rule 1").FillAsync("192.168.100.0/99");
        await page.Button("Save").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "attention" })).ToContainTextAsync("one address or a block");
        await page.GetByLabel("Address range of rule 1").FillAsync("0.0.0.0/0");
        await page.GetByLabel("Action of rule 1").SelectOptionAsync("Reject");
        await page.Button("Add IP Filter Rule").ClickAsync();
        await page.GetByLabel("Address range of rule 2").FillAsync("::/0");
        await page.GetByLabel("Action of rule 2").SelectOptionAsync("Reject");
        await page.GetByLabel("Test an address").FillAsync("127.0.0.1");
        await Expect(page.Locator("#tested")).ToContainTextAsync("blocks 127.0.0.1");
        await page.Button("Save").ClickAsync();
        await page.Button("Apply with rollback").ClickAsync();
        await Expect(page.Button("Keep changes")).ToBeVisibleAsync();

        await portal.GoAsync(page, "/i/net-dps/enrollments");
        await Expect(page.GetByText("Enrollments cannot be reached from here")).ToBeVisibleAsync();
        await page.FollowAsync("Open Networking");
        await page.Button("Roll back now").ClickAsync();
        await Expect(page.GetByLabel("All networks")).ToBeCheckedAsync();
        await portal.GoAsync(page, "/i/net-dps/enrollments");
        await Expect(page.GetByText("No enrollment groups yet")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task R23_T20_Quotas_show_usage_and_limits()
    {
        var page = await portal.OpenAsync("/i/default/quotas");
        foreach (var name in (string[])["Registrations", "Individual enrollments", "Enrollment groups, X.509", "Enrollment groups, symmetric key"])
            await Expect(page.GetByRole(AriaRole.Main).Locator(".quota").Filter(new() { Has = page.Link(name) })).ToContainTextAsync("no limit");
        foreach (var name in (string[])["CA certificates", "Linked hubs"])
            await Expect(page.GetByRole(AriaRole.Progressbar, new() { Name = name, Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByText("of 50").First).ToBeVisibleAsync();
    }
}
