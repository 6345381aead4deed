using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Muster.Core.Allocation;
using Muster.Core.Attestation;
using Muster.Core.Audit;
using Muster.Core.Enrollments;
using Muster.Core.Instances;
using Muster.Core.Registration;
using Muster.Core.Secrets;
using Muster.Core.Store;
using static Microsoft.Playwright.Assertions;

namespace Muster.Portal.Tests;

/// <summary>Filters of lists: they stand in the address, each as a chip that takes it away again (portal 5.2, P5, P18).</summary>
[Collection(PortalCollection.Name)]
public sealed class FilterTests(PortalFixture portal) : IAsyncLifetime
{
    private const string Instance = "filters-dps";

    /// <summary>The list, the filter, what is chosen, the chip, the address, the row that stays, the row that goes.</summary>
    public static TheoryData<string, string, string, string, string, string, string> Choices => new()
    {
        { Groups, "Policy", "Static configuration", "Static configuration", "policy=Static", "line-b", "line-a" },
        { Groups, "Policy", "Instance default", "Instance default", "policy=default", "line-a", "line-b" },
        { Groups, "Edge", "yes", "IoT Edge", "edge=yes", "line-b", "line-a" },
        { Groups, "Updated", "last hour", "Updated in the last hour", "updated=1h", "line-a", "line-b" },
        { Individuals, "Policy", "Static configuration", "Static configuration", "policy=Static", "one-b", "one-a" },
        { Individuals, "Edge", "no", "Not IoT Edge", "edge=no", "one-a", "one-b" },
        { Individuals, "Updated", "last 7 days", "Updated in the last 7 days", "updated=7d", "one-a", "one-b" },
        { Records, "Substatus", "device data reset", "device data reset", "substatus=DeviceDataReset", "two-a", "two-b" },
        { Records, "Last", "last 24 hours", "Changed in the last 24 hours", "since=1d", "two-a", "two-b" },
        { RecordsOfGroup, "Substatus", "device data reset", "device data reset", "substatus=DeviceDataReset", "two-a", "two-b" },
        { RecordsOfGroup, "Last", "last hour", "Changed in the last hour", "since=1h", "two-a", "two-b" },
    };

    /// <summary>The list, the filter, what is typed, the chip, the address, the row that stays, the row that goes.</summary>
    public static TheoryData<string, string, string, string, string, string, string> Texts => new()
    {
        { Records, "Enrollment", "LINE-A", "Enrollment LINE-A", "enrollment=LINE-A", "two-a", "one-a" },
        { Records, "Enrollment", "one-a", "Enrollment one-a", "enrollment=one-a", "one-a", "two-a" },
        { Records, "Error code", "401002", "Error 401002", "code=401002", "two-b", "two-a" },
        { RecordsOfGroup, "Error code", "401002", "Error 401002", "code=401002", "two-b", "two-a" },
    };

    /// <summary>The list, the head that is pressed, the address, how the column is sorted then, and the first row.</summary>
    public static TheoryData<string, string, string, string, string> Orders => new()
    {
        { Groups, "Group name", "sort=IdDescending", "descending", "line-b" },
        { Individuals, "Updated", "sort=LastUpdatedDescending", "descending", "one-a" },
        { Records, "Registration ID", "sort=IdDescending", "descending", "two-b" },
        { Records, "Last", "sort=LastUpdatedDescending", "descending", "two-a" },
        { RecordsOfGroup, "Last", "sort=LastUpdatedDescending", "descending", "two-a" },
        { Records + "?sort=LastUpdatedDescending", "Last", "sort=LastUpdated", "ascending", "two-b" },
    };

    private static string Groups => $"/i/{Instance}/enrollments?tab=groups";

    private static string Individuals => $"/i/{Instance}/enrollments?tab=individual";

    private static string Records => $"/i/{Instance}/registrations";

    private static string RecordsOfGroup => $"/i/{Instance}/enrollments/groups/line-a?tab=Records";

    public async ValueTask InitializeAsync()
    {
        var services = portal.Server.Services;
        if (services.GetRequiredService<InstanceDirectory>().FindByName(Instance) is not null) return;
        var definition = new InstanceDefinition { Name = Instance, ServiceHostNames = [$"{Instance}.localhost"] };
        var created = await services.GetRequiredService<InstanceService>().CreateAsync(AuditCaller.Process, definition, default);
        Assert.Null(created.Refusal);
        var now = TimeProvider.System.GetUtcNow();
        var before = now.AddDays(-10);
        var edge = new DeviceCapabilities(true);
        var committed = await services.GetRequiredService<IProvisioningStore>().CommitAsync(
            [
                new PutEnrollment(Group("line-a", now), null),
                new PutEnrollment(Group("line-b", before) with { AllocationPolicy = AllocationPolicyKind.Static, Capabilities = edge }, null),
                new PutEnrollment(Individual("one-a", now), null),
                new PutEnrollment(Individual("one-b", before) with { AllocationPolicy = AllocationPolicyKind.Static, Capabilities = edge }, null),
                new PutRegistration(Record("one-a", null, now) with { Substatus = RegistrationSubstatus.InitialAssignment }, null),
                new PutRegistration(Record("two-a", "line-a", now) with { Substatus = RegistrationSubstatus.DeviceDataReset }, null),
                new PutRegistration(Record("two-b", "line-a", before) with { Status = RegistrationStatus.Failed, ErrorCode = 401002 }, null),
            ],
            default);
        Assert.Equal(CommitOutcome.Committed, committed);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [MemberData(nameof(Choices))]
    public async Task A_chosen_filter_stands_in_the_address_until_its_chip_is_removed(
        string list, string filter, string choice, string chip, string address, string stays, string goes)
    {
        var page = await portal.OpenAsync(list);
        await Expect(Row(page, goes)).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Combobox, new() { Name = filter }).SelectOptionAsync(new SelectOptionValue { Label = choice });
        await CheckAsync(page, chip, address, stays, goes);
        await Expect(page.GetByRole(AriaRole.Combobox, new() { Name = filter })).ToHaveValueAsync("");
        await page.Context.CloseAsync();
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task A_typed_filter_stands_in_the_address_until_its_chip_is_removed(
        string list, string filter, string text, string chip, string address, string stays, string goes)
    {
        var page = await portal.OpenAsync(list);
        await Expect(Row(page, goes)).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Textbox, new() { Name = filter }).FillAsync(text);
        await page.Keyboard.PressAsync("Enter");
        await CheckAsync(page, chip, address, stays, goes);
        await Expect(page.GetByRole(AriaRole.Textbox, new() { Name = filter })).ToHaveValueAsync("");
        await page.Context.CloseAsync();
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task A_head_that_is_pressed_sorts_the_list_and_says_so(string list, string head, string address, string sorted, string first)
    {
        var page = await portal.OpenAsync(list);
        await page.GetByRole(AriaRole.Columnheader, new() { Name = head }).GetByRole(AriaRole.Button).ClickAsync();
        await page.AddressHasAsync(address);
        await Expect(page.GetByRole(AriaRole.Columnheader, new() { Name = head })).ToHaveAttributeAsync("aria-sort", sorted);
        await Expect(page.GetByRole(AriaRole.Rowheader).First).ToContainTextAsync(first);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_column_of_the_records_can_be_switched_off_and_on_by_the_address()
    {
        var page = await portal.OpenAsync(Records);
        var column = page.GetByRole(AriaRole.Columnheader, new() { Name = "Substatus" });
        await Expect(column).ToBeVisibleAsync();
        await page.GetByText("Columns", new() { Exact = true }).ClickAsync();
        await page.GetByLabel("Substatus", new() { Exact = true }).And(page.GetByRole(AriaRole.Checkbox)).UncheckAsync();
        await page.AddressHasAsync("hide=Substatus");
        await Expect(column).ToHaveCountAsync(0);
        await page.ReloadAsync();
        await page.Locator("body[data-ready=true]").WaitForAsync();
        await Expect(column).ToHaveCountAsync(0);
        await page.GetByText("Columns", new() { Exact = true }).ClickAsync();
        await page.GetByLabel("Substatus", new() { Exact = true }).And(page.GetByRole(AriaRole.Checkbox)).CheckAsync();
        await Expect(column).ToBeVisibleAsync();
        Assert.DoesNotContain("hide", page.Url, StringComparison.Ordinal);
        await page.Context.CloseAsync();
    }

    [Theory]
    [InlineData("/i/" + Instance + "/enrollments?policy=Static&edge=yes", "Policy", "line-b")]
    [InlineData("/i/" + Instance + "/registrations?code=401002&since=30d", "Substatus", "two-b")]
    public async Task On_a_narrow_screen_filters_fold_behind_a_button_that_counts_them(string address, string filter, string row)
    {
        var page = await portal.OpenAsync(address, width: 360);
        await Expect(Row(page, row)).ToBeVisibleAsync();
        var button = page.GetByRole(AriaRole.Button, new() { Name = "Filters 2 active" });
        var field = page.GetByRole(AriaRole.Combobox, new() { Name = filter });
        await Expect(button).ToHaveAttributeAsync("aria-expanded", "false");
        await Expect(field).ToHaveCountAsync(0);

        await button.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(button).ToHaveAttributeAsync("aria-expanded", "true");
        await Expect(field).ToBeVisibleAsync();

        // Cards have no heads to press: the order is chosen among the filters.
        await page.GetByRole(AriaRole.Combobox, new() { Name = "Sort by" }).SelectOptionAsync("LastUpdatedDescending");
        await page.AddressHasAsync("sort=LastUpdatedDescending");
        await Expect(Row(page, row)).ToBeVisibleAsync();
        Assert.Equal(360, await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"));

        await page.Keyboard.PressAsync("Space");
        await Expect(field).ToHaveCountAsync(0);
        await page.Context.CloseAsync();
    }

    private static ILocator Row(IPage page, string id) => page.GetByLabel($"Select {id}", new() { Exact = true });

    private static async Task CheckAsync(IPage page, string chip, string address, string stays, string goes)
    {
        await page.AddressHasAsync(address);
        await Expect(Row(page, goes)).ToHaveCountAsync(0);
        await Expect(Row(page, stays)).ToBeVisibleAsync();

        // Whoever gets the address sees the same.
        await page.ReloadAsync();
        await page.Locator("body[data-ready=true]").WaitForAsync();
        await Expect(Row(page, stays)).ToBeVisibleAsync();
        await Expect(Row(page, goes)).ToHaveCountAsync(0);

        await page.Button($"Remove filter: {chip}").ClickAsync();
        await Expect(Row(page, goes)).ToBeVisibleAsync();
        Assert.DoesNotContain(address, page.Url, StringComparison.Ordinal);
        await Expect(page.Button($"Remove filter: {chip}")).ToHaveCountAsync(0);
    }

    private static SymmetricKeyAttestation Keys() =>
        new(new SymmetricKeyPair(new Secret(PageSteps.NewKey()), new Secret(PageSteps.NewKey())));

    private static EnrollmentGroup Group(string id, DateTimeOffset at) => new()
    {
        InstanceName = Instance,
        Id = id,
        Attestation = Keys(),
        ETag = "\"e1\"",
        CreatedUtc = at,
        LastUpdatedUtc = at,
    };

    private static IndividualEnrollment Individual(string id, DateTimeOffset at) => new()
    {
        InstanceName = Instance,
        Id = id,
        Attestation = Keys(),
        ETag = "\"e1\"",
        CreatedUtc = at,
        LastUpdatedUtc = at,
    };

    private static RegistrationRecord Record(string id, string? group, DateTimeOffset at) => new()
    {
        InstanceName = Instance,
        RegistrationId = id,
        EnrollmentKind = group is null ? EnrollmentKind.Individual : EnrollmentKind.Group,
        EnrollmentId = group ?? id,
        AttestationType = AttestationType.SymmetricKey,
        Status = RegistrationStatus.Assigned,
        Assignment = new HubAssignment("hub-a.localhost", id),
        CreatedUtc = at,
        FirstRegisteredUtc = at,
        LastUpdatedUtc = at,
        ETag = "\"r1\"",
    };
}
