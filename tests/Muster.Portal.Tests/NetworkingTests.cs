using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Muster.Core.Audit;
using Muster.Core.Errors;
using Muster.Core.Instances;
using Muster.Core.Networking;
using Muster.Portal.Instances;
using static Microsoft.Playwright.Assertions;

namespace Muster.Portal.Tests;

/// <summary>Networking (portal P13): who may reach a service, in rules, private endpoints and local accounts.</summary>
[Collection(PortalCollection.Name)]
public sealed class NetworkingTests(PortalFixture portal)
{
    [Fact]
    public async Task P13_Local_accounts_are_switched_off_after_a_question_that_names_what_stops()
    {
        var page = await portal.OpenServiceAsync("local-dps", "/policies/provisioningserviceowner");
        await page.Secret("Connection string - primary").GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();
        var connection = (await page.Locator("output").TextContentAsync())!;
        Assert.Equal(HttpStatusCode.NotFound, await portal.CallServiceAsync(connection, HttpMethod.Get));
        await page.FollowAsync("Networking");
        await page.GetByLabel("Switch shared access signatures off").CheckAsync();
        await page.Button("Save").ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await Expect(dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("No directory is configured on this server.");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Cancel", Exact = true }).ClickAsync();
        Assert.Equal(HttpStatusCode.NotFound, await portal.CallServiceAsync(connection, HttpMethod.Get));

        await page.Button("Save").ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Switch off", Exact = true }).ClickAsync();
        await Expect(page.Toast("Networking is saved")).ToBeVisibleAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, await portal.CallServiceAsync(connection, HttpMethod.Get));
        await page.FollowAsync("Shared access policies");
        await Expect(page.GetByText("Local accounts are switched off for this service.")).ToBeVisibleAsync();

        await page.FollowAsync("Networking");
        await page.GetByLabel("Switch shared access signatures off").UncheckAsync();
        await page.Button("Save").ClickAsync();
        await Expect(page.GetByText("Nothing was changed.").First).ToBeAttachedAsync();
        Assert.Equal(HttpStatusCode.NotFound, await portal.CallServiceAsync(connection, HttpMethod.Get));
    }

    [Fact]
    public async Task P13_A_rule_is_put_at_the_position_that_is_typed()
    {
        var page = await portal.OpenServiceAsync("position-dps", "/networking");
        await page.GetByLabel("Selected IP ranges").CheckAsync();
        for (var number = 1; number <= 3; number++)
        {
            await page.Button("Add IP Filter Rule").ClickAsync();
            await page.GetByLabel($"Address range of rule {number}").FillAsync($"10.0.0.{number}");
        }

        await page.GetByLabel("Position of rule 3").FillAsync("1");
        await page.GetByLabel("Position of rule 3").BlurAsync();
        await Expect(page.GetByLabel("Name of rule 1", new() { Exact = true })).ToHaveValueAsync("rule-3");
        await Expect(page.GetByLabel("Name of rule 2", new() { Exact = true })).ToHaveValueAsync("rule-1");

        // Beyond the ends is at the ends.
        await page.GetByLabel("Position of rule 1").FillAsync("9");
        await page.GetByLabel("Position of rule 1").BlurAsync();
        await Expect(page.GetByLabel("Name of rule 3", new() { Exact = true })).ToHaveValueAsync("rule-3");
        await Expect(page.GetByLabel("Position of rule 1")).ToHaveValueAsync("1");
        await page.Button("Save").ClickAsync();
        await Expect(page.Toast("Networking is saved")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task P13_Private_endpoints_are_approved_rejected_and_removed_and_what_was_typed_stays_meanwhile()
    {
        var page = await portal.OpenServiceAsync("private-dps", "/networking");
        await page.GetByLabel("Disabled").CheckAsync();
        await page.Tab("Private endpoint connections").ClickAsync();
        await page.AddressHasAsync("/networking?tab=private");
        ILocator Row(string name) => page.GetByRole(AriaRole.Row).Filter(new() { HasText = name });
        await Expect(Row("plant-a")).ToContainTextAsync("127.0.0.8");
        await Expect(Row("plant-b")).ToContainTextAsync("Pending");
        await Expect(page.Button("Approve")).ToHaveAttributeAsync("aria-disabled", "true");

        var dialog = page.GetByRole(AriaRole.Dialog);
        await page.GetByLabel("Select plant-a").CheckAsync();
        await page.GetByLabel("Select plant-b").CheckAsync();
        await page.Button("Approve").ClickAsync();
        await dialog.GetByLabel("Message").FillAsync(new string('x', 257));
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Approve", Exact = true }).ClickAsync();
        await Expect(dialog.Locator("#description-error")).ToContainTextAsync("at most 256 characters");
        await dialog.GetByLabel("Message").FillAsync("cable to hall 3");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Approve", Exact = true }).ClickAsync();
        await Expect(Row("plant-a")).ToContainTextAsync("cable to hall 3");
        await Expect(Row("plant-b")).ToContainTextAsync("Approved");

        await page.GetByLabel("Select plant-b").CheckAsync();
        await page.Button("Reject").ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Reject", Exact = true }).ClickAsync();
        await Expect(Row("plant-b")).ToContainTextAsync("Rejected");
        await page.GetByLabel("Select plant-b").CheckAsync();
        await page.Button("Remove").ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Remove", Exact = true }).ClickAsync();
        await Expect(page.GetByText("1 connection")).ToBeVisibleAsync();
        var left = portal.Server.Services.GetRequiredService<InstanceDirectory>().FindByName("private-dps")!.PrivateEndpointConnections!;
        Assert.Equal([("plant-a", PrivateEndpointStatus.Approved)], left.Select(one => (one.Name, one.Status)));

        await page.Tab("Public access").ClickAsync();
        await Expect(page.GetByLabel("Disabled")).ToBeCheckedAsync();
        await page.Link("Overview").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("Discard changes?");
        await page.Button("Leave").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "private-dps" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task T30_Rules_are_ordered_by_keyboard_and_every_mistake_is_told()
    {
        var page = await portal.OpenServiceAsync("rules-dps", "/networking");
        await Expect(page.Button("Add IP Filter Rule")).ToBeDisabledAsync();
        await page.GetByLabel("Selected IP ranges").CheckAsync();
        foreach (var (number, name, mask) in new[] { (1, "rest", "0.0.0.0/0"), (2, "office", "192.168.100.0/22"), (3, "Office", "10.0.0.300") })
        {
            await page.Button("Add IP Filter Rule").ClickAsync();
            await page.GetByLabel($"Name of rule {number}").FillAsync(name);
            await page.GetByLabel($"Address range of rule {number}").FillAsync(mask);
        }

        await page.Button("Save").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "2 things need your attention" })).ToBeFocusedAsync();
        await page.Button("Remove rule 3").ClickAsync();
        await page.GetByLabel("Action of rule 1").SelectOptionAsync("Reject");
        await page.GetByLabel("Name of rule 2").FocusAsync();
        await page.Keyboard.PressAsync("Alt+ArrowUp");
        await Expect(page.GetByLabel("Name of rule 1")).ToHaveValueAsync("office");
        await Expect(page.GetByLabel("Name of rule 1")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Alt+ArrowDown");
        await Expect(page.GetByLabel("Name of rule 2")).ToHaveValueAsync("office");
        await Expect(page.GetByLabel("Name of rule 1")).ToHaveValueAsync("rest");
        await page.GetByLabel("Name of rule 2").FocusAsync();
        await page.Keyboard.PressAsync("Alt+ArrowUp");
        await Expect(page.GetByLabel("Name of rule 1")).ToHaveValueAsync("office");
        await page.GetByLabel("Test an address").FillAsync("192.168.101.7");
        await Expect(page.Locator("#tested")).ToContainTextAsync("allowed. The rule 'office'");
        await page.GetByLabel("Test an address").FillAsync("192.168.104.1");
        await Expect(page.Locator("#tested")).ToContainTextAsync("blocked. The rule 'rest'");
        await page.Link("Certificates").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("Discard changes?");
        await page.Button("Leave").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Certificates", Exact = true })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task P13_No_more_than_a_hundred_rules_can_be_added()
    {
        var page = await portal.OpenServiceAsync("full-dps", "/networking");
        var rules = Enumerable.Range(0, NetworkRules.MaxRules).Select(i => new IpFilterRule($"rule-{i}", $"10.0.0.{i}", IpFilterAction.Accept)).ToArray();
        var instances = portal.Server.Services.GetRequiredService<InstanceService>();
        Assert.Null(await instances.SetNetworkAsync(AuditCaller.Process, "full-dps", new NetworkRules { Access = PublicNetworkAccess.SelectedRanges, Rules = rules }, null, default));
        await portal.GoAsync(page, "/i/full-dps/networking");
        await Expect(page.Button("Add IP Filter Rule")).ToBeDisabledAsync();
        await Expect(page.Button("Add IP Filter Rule")).ToHaveAccessibleDescriptionAsync("All 100 rules are used.");
    }

    [Fact]
    public async Task R3_Checklist_34_With_public_access_disabled_the_enrollments_explain_and_the_rules_are_ignored()
    {
        await portal.AddServiceAsync("shut-dps");
        var instances = portal.Server.Services.GetRequiredService<InstanceService>();
        var rules = new NetworkRules { Access = PublicNetworkAccess.Disabled, Rules = [new IpFilterRule("kept", "10.0.0.0/8", IpFilterAction.Accept)] };
        Assert.Null(await instances.SetNetworkAsync(AuditCaller.Process, "shut-dps", rules, null, default));
        var page = await portal.OpenAsync("/i/shut-dps/enrollments");
        await Expect(page.GetByText("Enrollments cannot be reached from here")).ToBeVisibleAsync();
        await Expect(page.Link("Add enrollment group")).ToHaveCountAsync(0);
        await page.FollowAsync("Open Networking");
        await Expect(page.GetByLabel("Disabled")).ToBeCheckedAsync();
        await Expect(page.GetByText("every rule is ignored")).ToBeVisibleAsync();
        await Expect(page.GetByLabel("Name of rule 1")).ToHaveValueAsync("kept");
        await Expect(page.GetByLabel("Name of rule 1")).ToBeDisabledAsync();
    }

    [Fact]
    public async Task Checklist_33_Rules_that_nobody_confirms_go_back_by_themselves()
    {
        await portal.AddServiceAsync("back-dps");
        var instances = portal.Server.Services.GetRequiredService<InstanceService>();
        var directory = portal.Server.Services.GetRequiredService<InstanceDirectory>();
        var time = new HeldTime();
        using var rollbacks = new NetworkRollbacks(instances, portal.Server.Services.GetRequiredService<IFaultLog>(), time);
        var before = directory.FindByName("back-dps")!.Network ?? new NetworkRules();
        Assert.Null(await instances.SetNetworkAsync(AuditCaller.Process, "back-dps", new NetworkRules { Access = PublicNetworkAccess.Disabled }, null, default));
        rollbacks.Arm("back-dps", before);
        var page = await portal.OpenAsync("/i/back-dps/enrollments");
        await Expect(page.GetByText("Enrollments cannot be reached from here")).ToBeVisibleAsync();
        Assert.Equal(NetworkRollbacks.Wait, time.DueIn);

        time.Fire!();
        while (directory.FindByName("back-dps")!.Network?.Access == PublicNetworkAccess.Disabled) await Task.Yield();
        await page.ReloadAsync();
        await Expect(page.GetByText("No enrollment groups yet")).ToBeVisibleAsync();
        Assert.Null(rollbacks.DueAt("back-dps"));
    }

    /// <summary>A clock whose timer goes off when the test says so.</summary>
    private sealed class HeldTime : TimeProvider
    {
        public Action? Fire { get; private set; }

        public TimeSpan DueIn { get; private set; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            (Fire, DueIn) = (() => callback(state), dueTime);
            return System.CreateTimer(_ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
