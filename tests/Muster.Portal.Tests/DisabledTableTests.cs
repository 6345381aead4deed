using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Muster.Core.Audit;
using Muster.Core.Certificates;
using Muster.Core.Concurrency;
using Muster.Core.Hubs;
using Muster.Core.Instances;
using Muster.Core.Networking;
using Muster.Core.Quotas;
using Muster.Core.Secrets;
using Muster.Core.Store;
using Muster.Portal.SignIn;
using static Microsoft.Playwright.Assertions;

namespace Muster.Portal.Tests;

/// <summary>What is disabled when, and why (portal 6.C), row by row.</summary>
[Collection(PortalCollection.Name)]
public sealed class DisabledTableTests(PortalFixture portal)
{
    private const string Group = "/i/default/enrollments/groups/new";
    private const string Individual = "/i/default/enrollments/individual/new";

    private static readonly Dictionary<string, Func<DisabledTableTests, Task>> Rows = new(StringComparer.Ordinal)
    {
        ["Delete, Enable, Disable: nothing ticked"] = async test =>
        {
            await test.Portal.AddSymmetricAsync("groups", "dis-list");
            var page = await test.Portal.OpenAsync("/i/default/enrollments?q=dis-list");
            await page.Link("dis-list").WaitForAsync();
            foreach (var name in new[] { "Delete", "Enable", "Disable" }) await IsDisabledAsync(page.Button(name), "Tick one or more rows first.");
            await page.GetByLabel("Select dis-list").CheckAsync();
            foreach (var name in new[] { "Delete", "Enable", "Disable" }) await Expect(page.Button(name)).ToBeEnabledAsync();
        },
        ["Delete, Enable, Disable: right missing"] = async test =>
        {
            var page = await test.Portal.OpenAsAsync(test.Portal.Server, "disabled-reader", "/i/default/enrollments", PortalRole.Reader);
            await IsDisabledAsync(page.Button("Delete"), "Needs the right enrollments/delete (role Contributor).");
            foreach (var name in new[] { "Enable", "Disable" }) await IsDisabledAsync(page.Button(name), "Needs the right enrollments/write (role Contributor).");
        },
        ["Next, Review + create, Create: never; errors get the focus"] = async test =>
        {
            var page = await test.Portal.OpenAsync(Group);
            await page.Radio("Symmetric key").CheckAsync();
            foreach (var name in new[] { "Next: IoT hubs >", "Review + create" })
            {
                await Expect(page.Button(name)).ToBeEnabledAsync();
                await page.Button(name).ClickAsync();
                await Expect(page.Locator("#error-summary")).ToBeFocusedAsync();
                await Expect(page.Tab("Registration + provisioning")).ToHaveAttributeAsync("aria-selected", "true");
                await page.Tab("Device settings").ClickAsync();
                await page.Tab("Registration + provisioning").ClickAsync();
            }

            // The server's check comes before anything is written.
            await page.Tab("Review + create").ClickAsync();
            await Expect(page.Button("Create")).ToBeEnabledAsync();
            await page.Button("Create").ClickAsync();
            await Expect(page.Locator("#error-summary")).ToBeFocusedAsync();
            await Expect(page.Tab("Registration + provisioning")).ToHaveAttributeAsync("aria-selected", "true");
        },
        ["Save: nothing changed"] = async test =>
        {
            await test.Portal.AddSymmetricAsync("groups", "dis-save");
            var page = await test.Portal.OpenAsync("/i/default/enrollments/groups/dis-save");
            await IsDisabledAsync(page.Button("Save"), "Nothing was changed.");
            await page.GetByLabel("Enable this enrollment").UncheckAsync();
            await Expect(page.Button("Save")).ToBeEnabledAsync();
        },
        ["Key boxes: automatic generation ticked"] = async test =>
        {
            var page = await test.Portal.OpenAsync(Group);
            await page.Radio("Symmetric key").CheckAsync();
            foreach (var name in new[] { "Primary key", "Secondary key" }) await Expect(page.GetByLabel(name, new() { Exact = true })).ToBeDisabledAsync();
            await page.GetByLabel("Generate symmetric keys automatically").UncheckAsync();
            foreach (var name in new[] { "Primary key", "Secondary key" }) await Expect(page.GetByLabel(name, new() { Exact = true })).ToBeEnabledAsync();
        },
        ["Certificate Type: Attestation Type is Symmetric Key"] = async test =>
        {
            var page = await test.Portal.OpenAsync(Group);
            await page.GetByLabel("Layout").SelectOptionAsync("single");
            await Expect(page.GetByRole(AriaRole.Radiogroup, new() { Name = "Certificate Type" })).ToBeVisibleAsync();
            await page.Radio("Symmetric Key").CheckAsync();
            await Expect(page.GetByRole(AriaRole.Radiogroup, new() { Name = "Certificate Type" })).ToHaveCountAsync(0);
        },
        ["Unverified CA in a drop-down: until verified"] = async test =>
        {
            using var root = TestCertificates.Issue("CN=Disabled root", isCa: true);
            await test.AddCaAsync("default", "dis-root", root);
            var page = await test.Portal.OpenAsync(Group);
            await page.GetByLabel("X.509 certificates uploaded").CheckAsync();
            await Expect(page.GetByLabel("Primary certificate").Locator("option").Filter(new() { HasText = "dis-root (needs proof of possession)" })).ToBeDisabledAsync();
        },
        ["Registration ID: mechanism is X.509"] = async test =>
        {
            var page = await test.Portal.OpenAsync(Individual);
            await page.Radio("X.509 client certificates").CheckAsync();
            await Expect(page.GetByLabel("Registration ID")).Not.ToBeEditableAsync();
            await page.Radio("Symmetric key").CheckAsync();
            await Expect(page.GetByLabel("Registration ID")).ToBeEditableAsync();
        },
        ["Further hub boxes: allocation is Static"] = async test =>
        {
            var page = await test.Portal.OpenAsync(Group);
            await page.Tab("IoT hubs").ClickAsync();
            await Expect(page.GetByRole(AriaRole.Checkbox, new() { Name = "hub-a.localhost" })).ToBeCheckedAsync();
            await page.Radio("Static configuration").CheckAsync();
            await page.GetByRole(AriaRole.Radio, new() { Name = "hub-b.localhost" }).CheckAsync();
            await Expect(page.GetByRole(AriaRole.Radio, new() { Name = "hub-a.localhost" })).Not.ToBeCheckedAsync();
        },
        ["Webhook fields: allocation is not Custom"] = async test =>
        {
            var page = await test.Portal.OpenAsync(Group);
            await page.Tab("IoT hubs").ClickAsync();
            await Expect(page.GetByLabel("Webhook URL")).ToHaveCountAsync(0);
            await page.Radio("Custom").CheckAsync();
            await Expect(page.GetByLabel("Webhook URL")).ToBeVisibleAsync();
        },
        ["Custom on Manage allocation policy: always"] = async test =>
        {
            var page = await test.Portal.OpenAsync("/i/default/allocation");
            await Expect(page.Radio("Custom")).ToBeDisabledAsync();
        },
        ["Name, mechanism, credentials on details: always"] = async test =>
        {
            await test.Portal.AddSymmetricAsync("individual", "dis-locked");
            var page = await test.Portal.OpenAsync("/i/default/enrollments/individual/dis-locked");
            await Expect(page.GetByLabel("Registration ID")).Not.ToBeEditableAsync();
            await Expect(page.Locator(".tag").Filter(new() { HasText = "Locked" })).ToBeVisibleAsync();
            await Expect(page.GetByRole(AriaRole.Radio, new() { Name = "Symmetric key" })).ToHaveCountAsync(0);
            await Expect(page.GetByLabel("Primary key", new() { Exact = true })).ToHaveCountAsync(0);
            await Expect(page.Locator("main").GetByRole(AriaRole.Link, new() { Name = "Manage credentials" }).First).ToBeVisibleAsync();
        },
        ["Manage credentials, Show: right missing"] = async test =>
        {
            await test.Portal.AddSymmetricAsync("individual", "dis-keys");
            var page = await test.Portal.OpenAsAsync(test.Portal.Server, "key-reader", "/i/default/enrollments/individual/dis-keys", PortalRole.Reader);
            const string Why = "Needs the right attestationmechanism/details/action (role Contributor).";
            await IsDisabledAsync(page.Button("Manage credentials"), Why);
            await page.GotoAsync(page.Url + "/credentials");
            await IsDisabledAsync(page.Button("Show").First, Why);
        },
        ["Verify: no code generated, no certificate chosen"] = async test =>
        {
            using var root = TestCertificates.Issue("CN=Disabled proof", isCa: true);
            await test.AddCaAsync("default", "dis-proof", root);
            var page = await test.Portal.OpenAsync("/i/default/certificates");
            await page.Button("dis-proof").ClickAsync();
            await IsDisabledAsync(page.Button("Verify"), "Generate a verification code first.");
            await page.Button("Generate Verification Code").ClickAsync();
            await Expect(page.Button("Verify")).ToHaveAttributeAsync("title", "Choose the verification certificate first.");
        },
        ["Delete certificate: not exactly one row ticked"] = async test =>
        {
            var name = await test.InstanceAsync("dis-delete-ca");
            using var root = TestCertificates.Issue("CN=Disabled delete", isCa: true);
            foreach (var ca in new[] { "ca-one", "ca-two" }) await test.AddCaAsync(name, ca, root);
            var page = await test.Portal.OpenAsync($"/i/{name}/certificates");
            await page.Button("ca-two").WaitForAsync();
            await IsDisabledAsync(page.Button("Delete"), "Tick a row first.");
            await page.GetByLabel("Select ca-one").CheckAsync();
            await page.GetByLabel("Select ca-two").CheckAsync();
            await Expect(page.Button("Delete")).ToHaveAttributeAsync("title", "Each is deleted by typing its name: tick one row.");
            await page.GetByLabel("Select ca-two").UncheckAsync();

            // It asks for the name; the way back is to the list.
            var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Delete certificate" });
            await page.Button("Delete").ClickAsync();
            await dialog.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
            await Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
            await page.Button("Delete").ClickAsync();
            await dialog.GetByLabel("Type the name ca-one to confirm").FillAsync("ca-one");
            await dialog.GetByRole(AriaRole.Button, new() { Name = "OK" }).ClickAsync();
            await Expect(page.Button("ca-one")).ToHaveCountAsync(0);
            await Expect(page.Button("ca-two")).ToBeVisibleAsync();
            await IsDisabledAsync(page.Button("Delete"), "Tick a row first.");
        },
        ["Add certificate: limit reached"] = async test =>
        {
            var name = await test.InstanceAsync("dis-certificates");
            using var root = TestCertificates.Issue("CN=Disabled many", isCa: true);
            for (var i = 0; i < 25; i++) await test.AddCaAsync(name, $"root-{i}", root);
            var page = await test.Portal.OpenAsync($"/i/{name}/certificates");
            await IsDisabledAsync(page.Button("Add"), "All 25 places are used.");
        },
        ["Add hub: limit reached"] = async test =>
        {
            var name = await test.InstanceAsync("dis-hubs");
            for (var i = 0; i < LinkedHubRules.MaxHubs; i++) await test.AddHubAsync(name, $"hub-{i}.example.org");
            var page = await test.Portal.OpenAsync($"/i/{name}/hubs");
            await IsDisabledAsync(page.Button("Add"), "All 50 links are used.");
        },
        ["Add IP Filter Rule: limit reached; rule grid: mode is not Selected IP ranges"] = async test =>
        {
            var name = await test.InstanceAsync("dis-rules");
            var rules = Enumerable.Range(0, NetworkRules.MaxRules).Select(i => new IpFilterRule($"rule-{i}", $"10.0.0.{i}", IpFilterAction.Accept)).ToArray();
            var service = test.Portal.Server.Services.GetRequiredService<InstanceService>();
            Assert.Null(await service.SetNetworkAsync(AuditCaller.Process, name, new NetworkRules { Access = PublicNetworkAccess.SelectedRanges, Rules = rules }, null, default));
            var page = await test.Portal.OpenAsync($"/i/{name}/networking");
            await IsDisabledAsync(page.Button("Add IP Filter Rule"), "All 100 rules are used.");
            await page.GetByLabel("All networks").CheckAsync();
            await IsDisabledAsync(page.Button("Add IP Filter Rule"), "Choose selected IP ranges first.");
            foreach (var label in new[] { "Name of rule 1", "Address range of rule 1", "Action of rule 1", "Doors of rule 1" })
                await Expect(page.GetByLabel(label, new() { Exact = true })).ToBeDisabledAsync();
        },
        ["Add enrollment group: limit of one kind reached"] = async test =>
        {
            var name = await test.InstanceAsync("dis-kind");
            var service = test.Portal.Server.Services.GetRequiredService<InstanceService>();
            Assert.Null(await service.SetQuotasAsync(AuditCaller.Process, name, new InstanceQuotas { SymmetricKeyGroups = 0 }, ifQuotas: null, default));
            var page = await test.Portal.OpenAsync($"/i/{name}/enrollments");
            await Expect(page.Link("Add enrollment group").First).ToBeVisibleAsync();
            await page.FollowAsync("Add enrollment group");
            await Expect(page.Radio("Symmetric key")).ToBeDisabledAsync();
            await Expect(page.GetByText("All 0 symmetric key enrollment groups are used.")).ToBeVisibleAsync();
            await Expect(page.GetByLabel("X.509 certificates uploaded")).ToBeCheckedAsync();
            await page.GetByLabel("Layout").SelectOptionAsync("single");
            await Expect(page.Radio("Symmetric Key")).ToBeDisabledAsync();
            await Expect(page.Radio("Certificate")).ToBeEnabledAsync();
        },
        ["Add enrollment group, individual enrollment: limit reached"] = async test =>
        {
            var name = await test.InstanceAsync("dis-full");
            var service = test.Portal.Server.Services.GetRequiredService<InstanceService>();
            var quotas = new InstanceQuotas { X509Groups = 0, SymmetricKeyGroups = 0, IndividualEnrollments = 0 };
            Assert.Null(await service.SetQuotasAsync(AuditCaller.Process, name, quotas, ifQuotas: null, default));
            var page = await test.Portal.OpenAsync($"/i/{name}/enrollments");
            await IsDisabledAsync(page.Button("Add enrollment group"), "All 0 X.509 enrollment groups are used. All 0 symmetric key enrollment groups are used.");
            await IsDisabledAsync(page.Button("Add individual enrollment"), "All 0 individual enrollments are used.");
            foreach (var (kind, why) in new[] { ("groups", "All 0 X.509 enrollment groups are used. All 0 symmetric key enrollment groups are used."), ("individual", "All 0 individual enrollments are used.") })
            {
                await test.Portal.GoAsync(page, $"/i/{name}/enrollments/{kind}/new");
                await Expect(page.GetByRole(AriaRole.Alert).Filter(new() { HasText = why })).ToBeVisibleAsync();
                await Expect(page.Locator("main").Locator("input, select, textarea")).ToHaveCountAsync(0);
            }
        },
        ["Name, ID scope, location: after creation"] = async test =>
        {
            var page = await test.Portal.OpenAsync("/i/default/properties");
            await Expect(page.GetByText("Nothing here can be changed after creation.")).ToBeVisibleAsync();
            await Expect(page.Locator("main").Locator("input, select, textarea")).ToHaveCountAsync(0);
        },
        ["Manage enrollments: network rules refuse this address"] = async test =>
        {
            var name = await test.InstanceAsync("dis-blocked");
            var service = test.Portal.Server.Services.GetRequiredService<InstanceService>();
            Assert.Null(await service.SetNetworkAsync(AuditCaller.Process, name, new NetworkRules { Access = PublicNetworkAccess.Disabled }, null, default));
            var page = await test.Portal.OpenAsync($"/i/{name}/enrollments");
            foreach (var path in new[] { "enrollments", "enrollments/groups/new", "enrollments/individual/new" })
            {
                await test.Portal.GoAsync(page, $"/i/{name}/{path}");
                await Expect(page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "Enrollments cannot be reached from here." })).ToBeVisibleAsync();
                await Expect(page.Locator("main").GetByRole(AriaRole.Link, new() { Name = "Open Networking" })).ToHaveAttributeAsync("href", $"i/{name}/networking");
                await Expect(page.Locator("main").Locator("input, select, textarea")).ToHaveCountAsync(0);
            }
        },
    };

    public static TheoryData<string> Names => [.. Rows.Keys];

    private PortalFixture Portal => portal;

    private IProvisioningStore Store => portal.Server.Services.GetRequiredService<IProvisioningStore>();

    [Theory]
    [MemberData(nameof(Names))]
    public Task Table_6_C_A_control_is_disabled_and_says_why(string row) => Rows[row](this);

    private static async Task IsDisabledAsync(ILocator control, string why)
    {
        await Expect(control).ToHaveAttributeAsync("title", why);
        await Expect(control).ToBeDisabledAsync();
        await Expect(control).ToHaveAccessibleDescriptionAsync(why);
    }

    private async Task<string> InstanceAsync(string name)
    {
        Assert.Null((await portal.Server.Services.GetRequiredService<InstanceService>().CreateAsync(AuditCaller.Process, new InstanceDefinition { Name = name }, default)).Refusal);
        return name;
    }

    private async Task AddCaAsync(string instance, string name, System.Security.Cryptography.X509Certificates.X509Certificate2 certificate)
    {
        var now = DateTimeOffset.UtcNow;
        var authority = new CaCertificate
        {
            InstanceName = instance,
            Name = name,
            Certificate = new EnrolledCertificate(Convert.ToBase64String(certificate.RawData), X509CertificateInfo.From(certificate)),
            UploadedText = certificate.ExportCertificatePem(),
            CreatedUtc = now,
            UpdatedUtc = now,
            ETag = ETag.Create(now),
        };
        Assert.Equal(CommitOutcome.Committed, await Store.CommitAsync([new PutCaCertificate(authority, IfETag: null)], default));
    }

    private async Task AddHubAsync(string instance, string hostName)
    {
        var hub = new LinkedHub
        {
            InstanceName = instance,
            HostName = hostName,
            Connector = LinkedHubService.RestConnector,
            ConnectionString = new Secret($"HostName={hostName};SharedAccessKeyName=iothubowner;SharedAccessKey={PageSteps.NewKey()}"),
            ETag = ETag.Create(DateTimeOffset.UtcNow),
        };
        Assert.Equal(CommitOutcome.Committed, await Store.CommitAsync([new PutLinkedHub(hub, IfETag: null)], default));
    }
}
