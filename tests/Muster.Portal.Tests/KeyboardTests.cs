using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Muster.Core.Audit;
using Muster.Core.Instances;
using static Microsoft.Playwright.Assertions;

namespace Muster.Portal.Tests;

/// <summary>Whole tasks without a pointer (checklist 44), and the keys of the keyboard map (portal 10). At each step the focus is seen.</summary>
[Collection(PortalCollection.Name)]
public sealed class KeyboardTests(PortalFixture portal)
{
    // What shows the focus: an outline of 2 px. Headings and panels get the focus from the page, not from a person.
    private const string Focus = """
        () => {
          const now = document.activeElement;
          if (!now || now === document.body || now.matches('h1, main, [role=tabpanel], [role=alert], dialog')) return '';
          const style = getComputedStyle(now);
          const box = now.getBoundingClientRect();
          if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2) return 'no outline: ' + now.outerHTML.slice(0, 200);
          return box.width > 0 && box.bottom > 0 && box.top < innerHeight ? '' : 'out of sight: ' + now.outerHTML.slice(0, 200);
        }
        """;

    [Fact]
    public async Task Checklist_44_T4a_A_group_by_an_uploaded_certificate_is_created()
    {
        using var root = TestCertificates.Issue("CN=Keyboard Root", isCa: true);
        await AddCaAsync("keyboard-root", root.ExportCertificatePem());
        var page = await portal.OpenAsync("/i/default/enrollments");
        await FollowAsync(page, page.GetByTestId("add-group"));
        await ChooseAsync(page, page.Radio("X.509 certificates uploaded"));
        await TabToAsync(page, page.GetByLabel("Primary certificate"));
        await page.Keyboard.TypeAsync("keyboard-root");
        await Expect(page.GetByLabel("Primary certificate").Locator("option:checked")).ToHaveTextAsync("keyboard-root (Verified)");
        await TabToAsync(page, page.GetByLabel("Group name"));
        await page.Keyboard.TypeAsync("keyboard-group");
        foreach (var (next, tab) in new[] { ("Next: IoT hubs >", "IoT hubs"), ("Next: Device settings >", "Device settings"), ("Next: Review + create >", "Review + create") })
        {
            await PressAsync(page, page.Button(next));
            await Expect(page.Tab(tab)).ToHaveAttributeAsync("aria-selected", "true");
        }

        await PressAsync(page, page.Button("Create"));
        await Expect(page.GetByText("Its devices can register now")).ToBeVisibleAsync();
        using var device = TestCertificates.Issue("CN=keyboard-leaf", root);
        var (isAssigned, answer) = await TestCertificates.RegisterAsync(portal, "keyboard-leaf", device);
        Assert.True(isAssigned, answer);
    }

    [Fact]
    public async Task Checklist_44_T6_A_client_certificate_is_chosen_and_enrolled()
    {
        using var device = TestCertificates.Issue("CN=keyboard-x509");
        var page = await portal.OpenAsync("/i/default/enrollments?tab=individual");

        // Listened for from the start: the browser is told to hand choosers over, and a key must not be faster than that.
        var chosen = new TaskCompletionSource<IFileChooser>(TaskCreationOptions.RunContinuationsAsynchronously);
        page.FileChooser += (_, opened) => chosen.TrySetResult(opened);
        await FollowAsync(page, page.GetByTestId("add-individual"));
        await ChooseAsync(page, page.Radio("X.509 client certificates"));
        var file = page.GetByLabel("Primary certificate").And(page.Locator("input[type=file]")).First;
        await page.WaitForFunctionAsync("input => input._blazorInputFileNextFileId !== undefined", await file.ElementHandleAsync());
        await TabToAsync(page, file);
        await page.Keyboard.PressAsync("Space");
        var chooser = await chosen.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await chooser.SetFilesAsync(new FilePayload { Name = "device.pem", MimeType = "text/plain", Buffer = Encoding.ASCII.GetBytes(device.ExportCertificatePem()) });
        await Expect(page.GetByLabel("Registration ID")).ToHaveValueAsync("keyboard-x509");
        await PressAsync(page, page.Button("Review + create").First);
        await Expect(page.Tab("Review + create")).ToHaveAttributeAsync("aria-selected", "true");
        await page.Keyboard.PressAsync("Control+s");
        await Expect(page.GetByText("Its devices can register now")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Checklist_44_T14_An_entry_is_opened_changed_and_saved()
    {
        await portal.AddSymmetricAsync("individual", "keyboard-update");
        var page = await portal.OpenAsync("/i/default/enrollments?tab=individual&q=keyboard-update");
        await FollowAsync(page, page.Link("keyboard-update"));
        await TabToAsync(page, page.Tab("Registration + provisioning"));
        await page.Keyboard.PressAsync("ArrowRight");
        await Expect(page.Tab("IoT hubs")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        await Expect(page.Tab("Device settings")).ToBeFocusedAsync();
        await TabToAsync(page, page.GetByLabel("Device tags"));
        await page.Keyboard.PressAsync("Control+a");
        await page.Keyboard.TypeAsync("{\"hall\": 4}");

        // What stands in the field that the person is still in is saved too.
        await page.Keyboard.PressAsync("Control+s");
        await Expect(page.Toast("keyboard-update is saved")).ToBeVisibleAsync();
        await page.ReloadAsync();
        await Expect(page.GetByLabel("Device tags")).Not.ToHaveValueAsync("");
        Assert.Contains("\"hall\": 4", await page.GetByLabel("Device tags").InputValueAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Checklist_44_T17_A_group_is_ticked_and_removed()
    {
        await portal.AddSymmetricAsync("groups", "keyboard-gone");
        var page = await portal.OpenAsync("/i/default/enrollments?q=keyboard-gone");
        await Expect(page.Link("keyboard-gone")).ToBeVisibleAsync();
        await TabToAsync(page, page.GetByLabel("Select keyboard-gone"));
        await page.Keyboard.PressAsync("Space");
        await Expect(page.GetByText("1 selected.")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Delete");
        await Expect(page.Button("No")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        await Expect(page.Link("keyboard-gone")).ToBeVisibleAsync();
        await page.GetByLabel("Select keyboard-gone").FocusAsync();
        await page.Keyboard.PressAsync("Delete");
        await Expect(page.Button("No")).ToBeFocusedAsync();
        await PressAsync(page, page.Button("Yes"));
        await Expect(page.Link("keyboard-gone")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Checklist_44_T18_A_record_is_opened_and_deleted()
    {
        var key = await portal.AddSymmetricAsync("groups", "keyboard-records");
        Assert.Equal(0, (await portal.RegisterAsync("keyboard-record", key, isGroupKey: true)).Exit);
        var page = await portal.OpenAsync("/i/default/enrollments/groups/keyboard-records?tab=Records");
        await Expect(page.Link("keyboard-record")).ToBeVisibleAsync();
        await TabToAsync(page, page.GetByLabel("Select keyboard-record"));
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("keyboard-record");
        await portal.GoAsync(page, "/i/default/enrollments/groups/keyboard-records?tab=Records");
        await Expect(page.Link("keyboard-record")).ToBeVisibleAsync();
        await TabToAsync(page, page.GetByLabel("Select keyboard-record"));
        await page.Keyboard.PressAsync("Space");
        await Expect(page.GetByText("1 selected.")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Delete");
        await Expect(page.Button("No")).ToBeFocusedAsync();
        await PressAsync(page, page.Button("Yes"));
        await Expect(page.Link("keyboard-record")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Checklist_44_T30_Networks_are_restricted()
    {
        await CreateAsync("keyboard-dps");
        var page = await portal.OpenAsync("/i/keyboard-dps/networking");
        await ChooseAsync(page, page.Radio("Selected IP ranges"));
        await Expect(page.Button("Add IP Filter Rule")).ToBeEnabledAsync();
        foreach (var (number, name, mask) in new[] { (1, "office", "127.0.0.0/8"), (2, "plant", "192.168.100.0/22") })
        {
            await PressAsync(page, page.Button("Add IP Filter Rule"));
            await Expect(page.GetByLabel($"Name of rule {number}")).ToBeVisibleAsync();
            await TabToAsync(page, page.GetByLabel($"Name of rule {number}"));
            await page.Keyboard.PressAsync("Control+a");
            await page.Keyboard.TypeAsync(name);
            await page.Keyboard.PressAsync("Tab");
            await Expect(page.GetByLabel($"Address range of rule {number}")).ToBeFocusedAsync();
            await page.Keyboard.TypeAsync(mask);
        }

        await page.Keyboard.PressAsync("Control+s");
        await Expect(page.GetByLabel("Name of rule 2")).ToHaveValueAsync("plant");
        await Expect(page.Button("Save")).ToBeDisabledAsync();
        var rules = portal.Server.Services.GetRequiredService<InstanceDirectory>().FindByName("keyboard-dps")!.Network!.Rules;
        Assert.Equal(["office", "plant"], rules.Select(rule => rule.FilterName));
        Assert.Equal(["127.0.0.0/8", "192.168.100.0/22"], rules.Select(rule => rule.IpMask));
    }

    [Fact]
    public async Task Rows_are_walked_extended_and_ticked_by_keys()
    {
        foreach (var id in (string[])["walk-1", "walk-2", "walk-3"]) await portal.AddSymmetricAsync("individual", id);
        var page = await portal.OpenAsync("/i/default/enrollments?tab=individual&q=walk-");
        await Expect(page.Link("walk-3")).ToBeVisibleAsync();
        await page.GetByLabel("Select walk-1").FocusAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        await Expect(page.GetByLabel("Select walk-2")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Shift+ArrowDown");
        await Expect(page.GetByText("2 selected.")).ToBeVisibleAsync();
        await Expect(page.GetByLabel("Select walk-3")).ToBeFocusedAsync();
        await Expect(page.GetByLabel("Select walk-1")).Not.ToBeCheckedAsync();
        await page.Keyboard.PressAsync("Control+a");
        await Expect(page.GetByText("3 selected.")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Focus_returns_to_what_opened_a_dialog_and_the_skip_link_leads_to_the_content()
    {
        var page = await portal.OpenAsync("/i/default/overview");
        await page.Keyboard.PressAsync("Tab");
        await PressAsync(page, page.Link("Skip to the content"));
        await Expect(page.Locator("main")).ToBeFocusedAsync();
        await portal.GoAsync(page, "/i/default/hubs");
        await PressAsync(page, page.Button("Add"));
        await Expect(page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        await Expect(page.Button("Add")).ToBeFocusedAsync();
    }

    [Theory]
    [InlineData("o", "Overview")]
    [InlineData("e", "Manage enrollments")]
    [InlineData("r", "Registrations")]
    [InlineData("c", "Certificates")]
    [InlineData("h", "Linked IoT hubs")]
    public async Task Letters_lead_to_pages(string letter, string title)
    {
        var page = await portal.OpenAsync("/i/default/networking");
        await page.Keyboard.PressAsync("g");
        await page.Keyboard.PressAsync(letter);
        await page.WaitForFunctionAsync("title => document.title.includes(title)", title == "Overview" ? "default - " : title);
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = title, Exact = true }).And(page.Locator("[aria-current=page]")).First).ToBeVisibleAsync();
    }

    private async Task CreateAsync(string name)
    {
        var definition = new InstanceDefinition { Name = name, ServiceHostNames = [$"{name}.localhost"] };
        Assert.Null((await portal.Server.Services.GetRequiredService<InstanceService>().CreateAsync(AuditCaller.Process, definition, default)).Refusal);
    }

    private async Task AddCaAsync(string name, string pem)
    {
        var page = await portal.OpenAsync("/i/default/certificates");
        await page.Button("Add").ClickAsync();
        await page.GetByLabel("Certificate name").FillAsync(name);
        await page.UploadAsync("Certificate .pem or .cer file", "ca.pem", Encoding.ASCII.GetBytes(pem));
        await page.GetByLabel("Set certificate status to verified on upload").CheckAsync();
        await page.Button("Save").ClickAsync();
        await Expect(page.Button(name)).ToBeVisibleAsync();
        await page.Context.CloseAsync();
    }

    /// <summary>Tabs on until the element has the focus, and sees the focus at every step.</summary>
    private static async Task TabToAsync(IPage page, ILocator target)
    {
        await target.WaitForAsync();
        for (var steps = 0; steps < 120; steps++)
        {
            if (await target.EvaluateAsync<bool>("element => element === document.activeElement")) return;
            await page.Keyboard.PressAsync("Tab");
            Assert.Equal("", await page.EvaluateAsync<string>(Focus));
        }

        Assert.Fail($"The keyboard does not reach {target}.");
    }

    private static async Task PressAsync(IPage page, ILocator target)
    {
        await TabToAsync(page, target);
        await page.Keyboard.PressAsync("Enter");
    }

    private static async Task FollowAsync(IPage page, ILocator link)
    {
        await page.Locator("h1").EvaluateAsync("heading => heading.dataset.left = ''");
        await PressAsync(page, link);
        await page.Locator("h1:not([data-left])").WaitForAsync();
    }

    /// <summary>Tabs into a group of radio buttons and walks to one by arrows.</summary>
    private static async Task ChooseAsync(IPage page, ILocator radio)
    {
        await radio.WaitForAsync();
        var name = await radio.GetAttributeAsync("name");
        await TabToAsync(page, page.Locator($"input[type=radio][name='{name}']:checked"));
        for (var steps = 0; steps < 6 && !await radio.IsCheckedAsync(); steps++) await page.Keyboard.PressAsync("ArrowDown");
        await Expect(radio).ToBeCheckedAsync();
    }
}
