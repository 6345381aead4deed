using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Muster.Core.Activity;
using Muster.Core.Attestation;
using Muster.Core.Audit;
using Muster.Core.Enrollments;
using Muster.Core.Hubs;
using Muster.Core.Instances;
using Muster.Core.Registration;
using Muster.Core.Secrets;
using Muster.Core.Store;
using static Microsoft.Playwright.Assertions;

namespace Muster.Portal.Tests;

/// <summary>Numbers over time and what needs attention: the overview, and the list of services (portal P1, P3).</summary>
[Collection(PortalCollection.Name)]
public sealed class OverviewTests(PortalFixture portal)
{
    private IProvisioningStore Store => portal.Server.Services.GetRequiredService<IProvisioningStore>();

    private ActivityService Activity => portal.Server.Services.GetRequiredService<ActivityService>();

    [Fact]
    public async Task P3_Registrations_show_in_the_charts_while_the_page_is_open()
    {
        var page = await portal.OpenAsync("/i/default/overview");
        var card = page.GetByTestId("chart-registrations");
        await Expect(card.GetByRole(AriaRole.Heading, new() { Name = "Registrations" })).ToBeVisibleAsync();
        var before = await LastDayAsync("default");

        var key = await portal.AddSymmetricAsync("individual", "charted");
        Assert.Equal(0, (await portal.RegisterAsync("charted", key)).Exit);
        Assert.NotEqual(0, (await portal.RegisterAsync("charted", PageSteps.NewKey())).Exit);

        // Nobody touched the page meanwhile. Other tests may register as well, so that it shows as many or more.
        var after = await LastDayAsync("default");
        Assert.True(after.Sum(bucket => bucket.Assigned) > before.Sum(bucket => bucket.Assigned));
        Assert.True(after.Sum(bucket => bucket.FailuresByCode.GetValueOrDefault(401002)) > before.Sum(bucket => bucket.FailuresByCode.GetValueOrDefault(401002)));
        await Expect(card.Locator(".chart")).ToHaveAccessibleNameAsync(
            $"Registrations. {after.Sum(bucket => bucket.Assigned):N0} assigned, {after.Sum(bucket => bucket.Failed):N0} failed, {after.Sum(bucket => bucket.Disabled):N0} disabled. The table has the numbers.");
        await Expect(card.Locator("svg .rz-series-0 path").Filter(new() { Visible = true }).First).ToBeVisibleAsync();
        await Expect(page.GetByTestId("chart-codes").Locator("svg")).ToContainTextAsync("401002");
        await Expect(page.GetByTestId("chart-hubs").Locator("svg")).ToContainTextAsync("hub-a.localhost");
    }

    [Fact]
    public async Task P3_Charts_turn_into_tables_and_the_address_keeps_it()
    {
        var instance = await BusyAsync("tabled-dps");
        var page = await portal.OpenAsync($"/i/{instance}/overview");
        await Expect(page.GetByTestId("chart-registrations")).ToContainTextAsync("3 assigned, 3 failed, 1 disabled.");
        await Expect(page.GetByTestId("chart-codes")).ToContainTextAsync("Most often 401002, 2 times.");
        await Expect(page.GetByTestId("chart-hubs")).ToContainTextAsync("3 assigned to 2 of 3 hubs.");
        await page.Button("Show as tables").ClickAsync();
        await Expect(page.Button("Show as charts")).ToBeFocusedAsync();
        await page.AddressHasAsync("charts=tables");
        await portal.GoAsync(page, $"/i/{instance}/overview?charts=tables");

        Assert.Equal(["3 3 1"], await RowsAsync(page, "Registrations by hour", skip: 1));
        Assert.Equal(["401002 2", "404201 1"], await RowsAsync(page, "Failures by error code", skip: 0, drop: 1));
        Assert.Equal(["hub-b.example.org 2 67 %", "hub-a.example.org 1 33 %", "hub-c.example.org 0 0 %"], await RowsAsync(page, "Assigned devices by hub", skip: 0));
        await Expect(page.GetByTestId("chart-registrations").Locator(".chart")).ToHaveCountAsync(0);

        // A table is as live as a chart.
        Activity.CountRefusal(instance, 404201);
        await Expect(page.GetByTestId("chart-registrations")).ToContainTextAsync("3 assigned, 4 failed, 1 disabled.");
        await page.Button("Show as charts").ClickAsync();
        await Expect(page.GetByTestId("chart-registrations").Locator(".chart")).ToBeVisibleAsync();
        Assert.DoesNotContain("charts=", page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task P3_A_service_without_registrations_says_so_in_place_of_charts()
    {
        var page = await portal.OpenServiceAsync("quiet-dps", "/overview");
        await Expect(page.GetByText("No device has tried to register.", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByText("No registration was refused or failed.")).ToBeVisibleAsync();
        await Expect(page.GetByText("No device was assigned to a hub.")).ToBeVisibleAsync();
        await Expect(page.Locator(".rz-chart")).ToHaveCountAsync(0);
        await Expect(page.GetByText("No hub is linked: every registration is refused.")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData(ColorScheme.Light, 1280, "")]
    [InlineData(ColorScheme.Dark, 1280, "")]
    [InlineData(ColorScheme.Light, 360, "")]
    [InlineData(ColorScheme.Dark, 360, "?charts=tables")]
    [InlineData(ColorScheme.Light, 1280, "?charts=tables")]
    public async Task Checklist_45_Charts_and_their_tables_have_no_finding_and_fit(ColorScheme theme, int width, string query)
    {
        var instance = await BusyAsync($"axe{(theme, width, query).GetHashCode():x}-dps");
        var page = await portal.OpenAsync("/", theme: theme, width: width);
        var problems = new List<string>();

        // A page that is left may complain about its connection; what counts is that nothing breaks the page's policy.
        page.Console += (_, message) => { if (message.Text.Contains("Content Security Policy", StringComparison.Ordinal)) problems.Add(message.Text); };
        await portal.GoAsync(page, $"/i/{instance}/overview{query}");
        await Expect(page.GetByTestId("chart-hubs").Locator(query.Length == 0 ? "svg text" : "tbody tr").First).ToBeVisibleAsync();
        await page.EvaluateAsync(await PortalFixture.AxeAsync());
        var result = await page.EvaluateAsync<JsonElement>(
            "async () => (await axe.run({ rules: { 'target-size': { enabled: true } } })).violations.map(v => v.id + ': ' + v.nodes.slice(0, 2).map(n => n.html.slice(0, 160)).join(' | '))");
        problems.AddRange(result.EnumerateArray().Select(finding => finding.GetString()!));
        Assert.Equal(0, await page.EvaluateAsync<int>("() => Math.max(0, document.documentElement.scrollWidth - innerWidth)"));
        Assert.True(problems.Count == 0, string.Join('\n', problems));
    }

    [Fact]
    public async Task P3_Failing_hubs_and_orphaned_records_need_attention_until_they_are_seen_to()
    {
        await portal.AddServiceAsync("worry-dps");
        var hub = Hub("worry-dps", "broken.example.org");
        var record = new RegistrationRecord
        {
            InstanceName = "worry-dps",
            RegistrationId = "stray",
            EnrollmentKind = EnrollmentKind.Individual,
            EnrollmentId = "gone",
            AttestationType = AttestationType.SymmetricKey,
            Status = RegistrationStatus.Assigned,
            CreatedUtc = DateTimeOffset.UtcNow,
            FirstRegisteredUtc = DateTimeOffset.UtcNow,
            LastUpdatedUtc = DateTimeOffset.UtcNow,
            ETag = "\"1\"",
        };
        Assert.Equal(CommitOutcome.Committed, await Store.CommitAsync([new PutLinkedHub(hub, null), new PutRegistration(record, null)], default));
        var lane = portal.Server.Services.GetRequiredService<HubLanes>().Of(hub);
        lane.Failed(new HubCallException(400209, "The hub rejected the key.", isTransient: false));

        var page = await portal.OpenAsync("/i/worry-dps/overview");
        var failing = page.Locator(".callout").Filter(new() { HasText = "The hub broken.example.org fails: The hub rejected the key." });
        var orphaned = page.Locator(".callout").Filter(new() { HasText = "1 orphaned registration record has no enrollment any more and still counts." });
        await Expect(failing.GetByRole(AriaRole.Link)).ToHaveAttributeAsync("href", "i/worry-dps/hubs");
        await Expect(orphaned.GetByRole(AriaRole.Link)).ToHaveAttributeAsync("href", "i/worry-dps/registrations?orphaned=true");
        var records = await portal.OpenAsync("/i/worry-dps/registrations?orphaned=true");
        await Expect(records.GetByRole(AriaRole.Checkbox, new() { Name = "Only orphaned (1)" })).ToBeCheckedAsync();
        await records.Context.CloseAsync();

        lane.Answered(TimeSpan.FromMilliseconds(5));
        await Expect(failing).ToHaveCountAsync(0);
        Assert.Equal(CommitOutcome.Committed, await Store.CommitAsync([new DeleteRegistration("worry-dps", "stray", null)], default));
        await Expect(orphaned).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task P1_Services_are_filtered_by_region_and_state_in_the_address_and_show_what_registered_in_the_last_hour()
    {
        var services = portal.Server.Services.GetRequiredService<InstanceService>();
        foreach (var (name, region) in new[] { ("north-one-dps", "north"), ("north-two-dps", "north"), ("south-dps", "south") })
            Assert.Null((await services.CreateAsync(AuditCaller.Process, new InstanceDefinition { Name = name, Location = region }, default)).Refusal);
        foreach (var hub in new[] { "a", "b", "a" }) Activity.Count(Assigned("north-two-dps", hub));

        var page = await portal.OpenAsync("/");
        await Expect(Row("south-dps")).ToBeVisibleAsync();
        await Expect(Row("north-two-dps").GetByRole(AriaRole.Gridcell, new() { Name = "3", Exact = true })).ToBeVisibleAsync();
        await Pick("Region").SelectOptionAsync("north");
        await page.AddressHasAsync("region=north");
        await Expect(Row("south-dps")).ToHaveCountAsync(0);
        await page.GetByLabel("Filter by name or ID scope").FillAsync("TWO");
        await page.AddressHasAsync("q=TWO");
        await Expect(Row("north-one-dps")).ToHaveCountAsync(0);
        await Pick("State").SelectOptionAsync("Active");
        await page.AddressHasAsync("state=Active");
        await Expect(Row("north-two-dps")).ToBeVisibleAsync();

        await portal.GoAsync(page, "/?region=north&state=Active&q=two");
        await Expect(Pick("Region")).ToHaveValueAsync("north");
        await Expect(Pick("State")).ToHaveValueAsync("Active");
        await Expect(page.GetByLabel("Filter by name or ID scope")).ToHaveValueAsync("two");
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(1);
        await page.Button("Remove filter: State Active").ClickAsync();
        await page.Button("Remove filter: Region north").ClickAsync();
        await page.GetByLabel("Filter by name or ID scope").FillAsync("");
        await Expect(Row("south-dps")).ToBeVisibleAsync();

        await portal.GoAsync(page, "/?region=nowhere");
        await Expect(page.GetByText("Nothing matches")).ToBeVisibleAsync();

        ILocator Pick(string name) => page.GetByRole(AriaRole.Combobox, new() { Name = name });

        ILocator Row(string name) => page.GetByRole(AriaRole.Row).Filter(new() { Has = page.Link(name) });
    }

    [Theory]
    [InlineData("Quick start", "Quick start")]
    [InlineData("One device with a symmetric key", "One device with a symmetric key")]
    [InlineData("all walkthroughs", "Walkthroughs")]
    public async Task P3_Quick_links_lead_on_and_refresh_stays(string link, string heading)
    {
        var page = await portal.OpenAsync("/i/default/overview");
        await page.Button("Refresh").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Quick links" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Navigation, new() { Name = "Quick links" }).GetByRole(AriaRole.Link, new() { Name = link, Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = heading, Level = 1 })).ToBeVisibleAsync();
        await page.Context.CloseAsync();
    }

    private static RegistrationRecord Assigned(string instance, string hub) => new()
    {
        InstanceName = instance,
        RegistrationId = "device",
        EnrollmentKind = EnrollmentKind.Individual,
        EnrollmentId = "device",
        AttestationType = AttestationType.SymmetricKey,
        Status = RegistrationStatus.Assigned,
        Assignment = new HubAssignment(hub, "device"),
        CreatedUtc = DateTimeOffset.UtcNow,
        FirstRegisteredUtc = DateTimeOffset.UtcNow,
        LastUpdatedUtc = DateTimeOffset.UtcNow,
        ETag = "\"1\"",
    };

    private static LinkedHub Hub(string instance, string host) => new()
    {
        InstanceName = instance,
        HostName = host,
        Connector = "azure-iot-hub",
        ConnectionString = new Secret($"HostName={host};SharedAccessKeyName=iothubowner;SharedAccessKey={PageSteps.NewKey()}"),
        ETag = "\"1\"",
    };

    /// <summary>Rows of a list as text, a cell after the other, without some at the start and at the place after the first.</summary>
    private static async Task<List<string>> RowsAsync(IPage page, string label, int skip, int drop = -1)
    {
        var rows = page.GetByRole(AriaRole.Group, new() { Name = label, Exact = true }).Locator("tbody tr");
        await Expect(rows.First).ToBeVisibleAsync();
        var found = new List<string>();
        foreach (var row in await rows.AllAsync())
        {
            var cells = await row.Locator("td .rz-cell-data").AllInnerTextsAsync();
            found.Add(string.Join(' ', cells.Where((_, at) => at >= skip && at != drop)));
        }

        return found;
    }

    private Task<IReadOnlyList<ActivityBucket>> LastDayAsync(string instance) => Activity.ReadAsync(instance, DateTimeOffset.MinValue, default);

    /// <summary>A service with three hubs, in which seven devices tried to register.</summary>
    private async Task<string> BusyAsync(string name)
    {
        await portal.AddServiceAsync(name);
        foreach (var letter in "abc")
            Assert.Equal(CommitOutcome.Committed, await Store.CommitAsync([new PutLinkedHub(Hub(name, $"hub-{letter}.example.org"), null)], default));

        // All in one hour that is over, whatever the time is.
        var length = ActivityService.BucketLength.Ticks;
        var start = new DateTimeOffset((DateTimeOffset.UtcNow.AddHours(-2).Ticks / length) * length, TimeSpan.Zero);
        Assert.Equal(CommitOutcome.Committed, await Store.CommitAsync(
            [
                Counted(ActivityOutcome.Assigned, "hub-a.example.org", 0, 1),
                Counted(ActivityOutcome.Assigned, "hub-b.example.org", 0, 2),
                Counted(ActivityOutcome.Failed, "", 401002, 2),
                Counted(ActivityOutcome.Failed, "", 404201, 1),
                Counted(ActivityOutcome.Disabled, "", 0, 1),
            ],
            default));
        return name;

        AddActivity Counted(ActivityOutcome outcome, string hub, int code, long count) => new(new ActivityCount(name, start, outcome, hub, code, count));
    }
}
