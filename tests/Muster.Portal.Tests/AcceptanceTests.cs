using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Muster.Core.Enrollments;
using Muster.Core.Instances;
using Muster.Core.Store;
using Muster.Protocols.Sas;
using static Microsoft.Playwright.Assertions;

namespace Muster.Portal.Tests;

/// <summary>Rows of the acceptance checklist (portal 12) that no click path covers whole.</summary>
[Collection(PortalCollection.Name)]
public sealed class AcceptanceTests(PortalFixture portal)
{
    private IProvisioningStore Store => portal.Server.Services.GetRequiredService<IProvisioningStore>();

    [Fact]
    public async Task Checklist_22_An_enrollment_without_hubs_uses_one_that_is_linked_later()
    {
        var instance = await portal.AddServiceAsync("later-dps");
        var page = await portal.OpenAsync("/i/later-dps/hubs");
        await LinkAsync("Link a hub", "hub-a.localhost");
        await portal.GoAsync(page, "/i/later-dps/enrollments/individual/new");
        var key = PageSteps.NewKey();
        await page.Radio("Symmetric key").CheckAsync();
        await page.GetByLabel("Generate symmetric keys automatically").UncheckAsync();
        await page.GetByLabel("Primary key", new() { Exact = true }).FillAsync(key);
        await page.GetByLabel("Secondary key", new() { Exact = true }).FillAsync(PageSteps.NewKey());
        await page.GetByLabel("Registration ID").FillAsync("c22-device");
        await page.Tab("IoT hubs").ClickAsync();
        await page.GetByLabel("hub-a.localhost").UncheckAsync();
        await page.Button("Review + create").First.ClickAsync();
        await page.Button("Create").ClickAsync();
        await Expect(page.GetByText("Its devices can register now")).ToBeVisibleAsync();

        await portal.GoAsync(page, "/i/later-dps/hubs");
        await LinkAsync("Add", "hub-b.localhost");
        await page.Button("hub-a.localhost").ClickAsync();
        await page.GetByLabel("No", new() { Exact = true }).CheckAsync();
        await page.Button("Save").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "hub-a.localhost" })).ToContainTextAsync("No");
        var answer = await RegisterAsync(instance.IdScope, "c22-device", key);
        Assert.Contains("hub-b.localhost", answer, StringComparison.Ordinal);

        async Task LinkAsync(string button, string hub)
        {
            await page.Button(button).ClickAsync();
            await page.GetByRole(AriaRole.Combobox, new() { Name = "IoT hub" }).SelectOptionAsync(new SelectOptionValue { Label = hub });
            await page.Button("Save").ClickAsync();
            await Expect(page.Button(hub)).ToBeVisibleAsync();
        }
    }

    [Theory]
    [InlineData("tabbed")]
    [InlineData("single")]
    public async Task R16_Checklist_23_Everything_but_name_mechanism_and_credentials_changes_in_either_layout(string layout)
    {
        var id = $"c23-{layout}";
        await portal.AddSymmetricAsync("individual", id);
        var page = await portal.OpenAsync($"/i/default/enrollments/individual/{id}");
        await page.GetByLabel("Layout").SelectOptionAsync(layout);
        await Expect(page.GetByText("Name, mechanism and credentials are not edited here.")).ToBeVisibleAsync();
        await Expect(page.GetByLabel("Registration ID", new() { Exact = true })).Not.ToBeEditableAsync();
        await Expect(page.GetByRole(AriaRole.Radio, new() { Name = "Symmetric key" })).ToHaveCountAsync(0);
        await Expect(page.GetByLabel("Primary key")).ToHaveCountAsync(0);
        if (layout == "tabbed")
        {
            await page.GetByLabel("Enable this enrollment").UncheckAsync();
            await page.Radio("Never reprovision device").CheckAsync();
            await page.Tab("IoT hubs").ClickAsync();
            await page.GetByLabel("hub-a.localhost").UncheckAsync();
            await page.Tab("Device settings").ClickAsync();
            await page.GetByLabel("Device ID").FillAsync("c23-other-tabbed");
            await page.GetByLabel("Enable IoT Edge on provisioned devices").CheckAsync();
            await page.GetByLabel("Desired properties").FillAsync("{\"rate\":5}");
            await page.GetByLabel("Desired properties").BlurAsync();
        }
        else
        {
            await page.GetByRole(AriaRole.Radio, new() { Name = "Disable", Exact = true }).CheckAsync();
            await page.GetByLabel("Select how you want device data to be handled on re-provisioning").SelectOptionAsync(new SelectOptionValue { Label = "Never re-provision" });
            await page.GetByLabel("hub-a.localhost").UncheckAsync();
            await page.GetByLabel("IoT Hub Device ID").FillAsync("c23-other-single");
            await page.GetByRole(AriaRole.Radiogroup, new() { Name = "IoT Edge device" }).GetByRole(AriaRole.Radio, new() { Name = "True" }).CheckAsync();
            await page.GetByLabel("Initial Device Twin State").FillAsync("{\"tags\":{},\"properties\":{\"desired\":{\"rate\":5}}}");
            await page.GetByLabel("Initial Device Twin State").BlurAsync();
        }

        await page.Button("Save").ClickAsync();
        await Expect(page.Toast($"{id} is saved")).ToBeVisibleAsync();
        var stored = Assert.IsType<IndividualEnrollment>(await Store.FindEnrollmentAsync("default", EnrollmentKind.Individual, id, default));
        Assert.False(stored.IsEnabled);
        Assert.Equal(["hub-b.localhost"], stored.IotHubs!);
        Assert.Equal($"c23-other-{layout}", stored.DeviceId);
        Assert.True(stored.Capabilities!.IotEdge);
        Assert.Equal(new ReprovisionPolicy(UpdateHubAssignment: false, MigrateDeviceData: false), stored.ReprovisionPolicy);
        await page.ReloadAsync();
        var twin = page.GetByLabel(layout == "tabbed" ? "Desired properties" : "Initial Device Twin State");
        await Expect(twin).Not.ToHaveValueAsync("");
        Assert.Contains("\"rate\": 5", await twin.InputValueAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task R20_Checklist_26_Usage_falls_only_when_the_records_go_with_their_group(bool withRecords)
    {
        var group = $"c26-usage-{withRecords}".ToLowerInvariant();
        var key = await portal.AddSymmetricAsync("groups", group);
        for (var i = 0; i < 3; i++) Assert.Equal(0, (await portal.RegisterAsync($"{group}-{i}", key, isGroupKey: true)).Exit);
        var page = await portal.OpenAsync("/i/default/quotas");
        var before = await UsageAsync();
        await portal.GoAsync(page, $"/i/default/enrollments?q={group}");
        await page.GetByLabel($"Select {group}").CheckAsync();
        await page.Button("Delete").ClickAsync();
        await Expect(page.GetByLabel("Keep these records")).ToBeCheckedAsync();
        if (withRecords) await page.GetByLabel("Delete these records first").CheckAsync();
        await page.Button("Yes").ClickAsync();
        await Expect(page.Link(group)).ToHaveCountAsync(0);
        await portal.GoAsync(page, "/i/default/quotas");
        Assert.Equal(before - (withRecords ? 3 : 0), await UsageAsync());

        async Task<int> UsageAsync()
        {
            var figure = page.GetByRole(AriaRole.Main).Locator(".quota").Filter(new() { Has = page.Link("Registrations") }).Locator("strong").First;
            return int.Parse((await figure.TextContentAsync())!, System.Globalization.NumberStyles.AllowThousands, System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    [Fact]
    public async Task Checklist_27_Removal_names_the_enabled_groups_higher_in_the_chain_of_the_certificate()
    {
        await portal.AddServiceAsync("chain-dps");
        using var root = TestCertificates.Issue("CN=C27 Root", isCa: true);
        using var inter = TestCertificates.Issue("CN=C27 Inter", root, isCa: true);
        using var leaf = TestCertificates.Issue("CN=c27-device", inter);
        using var stranger = TestCertificates.Issue("CN=C27 Stranger", isCa: true);
        await PutAsync(EnrollmentKind.Group, "c27-inter", Signing(inter));
        await PutAsync(EnrollmentKind.Group, "c27-root", Signing(root));
        await PutAsync(EnrollmentKind.Group, "c27-stranger", Signing(stranger));
        await PutAsync(EnrollmentKind.Individual, "c27-device", new X509Definition { ClientCertificates = new X509SlotsDefinition(Slot(leaf), null) });
        await portal.AddSymmetricAsync("individual", "c27-keyed", "chain-dps");

        var page = await portal.OpenAsync("/i/chain-dps/enrollments");
        await page.GetByLabel("Select c27-inter").CheckAsync();
        await page.Button("Delete").ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Remove enrollment" });
        await Expect(dialog).ToContainTextAsync("One enabled group higher in the chain would still admit these devices: c27-root. To block them, disable instead.");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "No", Exact = true }).ClickAsync();

        await portal.GoAsync(page, "/i/chain-dps/enrollments?tab=individual");
        await page.GetByLabel("Select c27-keyed").CheckAsync();
        await page.Button("Delete").ClickAsync();
        await Expect(dialog).ToContainTextAsync("Remove the individual enrollment c27-keyed?");
        await Expect(dialog).Not.ToContainTextAsync("would still admit");
        await Expect(dialog.GetByRole(AriaRole.Button, new() { Name = "Disable instead" })).ToHaveCountAsync(0);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "No", Exact = true }).ClickAsync();
        await page.GetByLabel("Select c27-keyed").UncheckAsync();

        await page.GetByLabel("Select c27-device").CheckAsync();
        await page.Button("Delete").ClickAsync();
        await Expect(dialog).ToContainTextAsync("2 enabled groups higher in the chain would still admit this device: c27-inter, c27-root. To block it, disable instead.");
        await Expect(dialog.GetByRole(AriaRole.Link, new() { Name = "c27-root" })).ToHaveAttributeAsync("href", "i/chain-dps/enrollments/groups/c27-root");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Disable instead" }).ClickAsync();
        await Expect(dialog).ToHaveCountAsync(0);
        Assert.False((await Store.FindEnrollmentAsync("chain-dps", EnrollmentKind.Individual, "c27-device", default))!.IsEnabled);

        async Task PutAsync(EnrollmentKind kind, string id, X509Definition x509)
        {
            var services = portal.Server.Services;
            var instance = services.GetRequiredService<InstanceDirectory>().FindByName("chain-dps")!;
            var definition = new EnrollmentDefinition { Attestation = new AttestationDefinition { Type = Core.Attestation.AttestationType.X509, X509 = x509 } };
            Assert.Null((await services.GetRequiredService<EnrollmentService>().PutAsync(instance, kind, id, definition, Core.Concurrency.ETagCondition.None, default)).Refusal);
        }

        static X509Definition Signing(X509Certificate2 certificate) => new() { SigningCertificates = new X509SlotsDefinition(Slot(certificate), null) };

        static X509SlotDefinition Slot(X509Certificate2 certificate) => new(
            new Core.Certificates.EnrolledCertificate(Convert.ToBase64String(certificate.RawData), Core.Certificates.X509CertificateInfo.From(certificate)));
    }

    [Fact]
    public async Task Checklist_46_What_happens_is_announced()
    {
        await portal.AddSymmetricAsync("individual", "c46-device");
        var page = await portal.OpenAsync("/i/default/enrollments?tab=individual");
        await page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);

        // The filter's count; also when nothing is left.
        await page.GetByRole(AriaRole.Searchbox, new() { Name = "Search by registration ID" }).FillAsync("c46-device");
        await Expect(page.GetByRole(AriaRole.Status).Filter(new() { HasText = "1 to 1 of 1" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Searchbox, new() { Name = "Search by registration ID" }).FillAsync("c46-nobody");
        await Expect(page.GetByRole(AriaRole.Status).Filter(new() { HasText = "Nothing matches" })).ToBeVisibleAsync();

        // The region of notices stands there before anything is told in it, and is polite.
        await portal.GoAsync(page, "/i/default/enrollments/individual/c46-device?tab=Device");
        var region = page.Locator(".notices[role=status][aria-live=polite]");
        await Expect(region).ToHaveCountAsync(1);
        await page.GetByLabel("Device ID").FillAsync("no such name!\u0001");
        await page.Button("Save").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "needs your attention" })).ToBeFocusedAsync();
        await page.GetByLabel("Device ID").FillAsync("c46-other");
        await page.Button("Save").ClickAsync();
        await Expect(region).ToContainTextAsync("c46-device is saved");
        await portal.GoAsync(page, "/i/default/overview");
        await page.Button("Copy ID scope").ClickAsync();
        await Expect(region).ToContainTextAsync("Copied: ID scope");
        Assert.Equal(portal.Server.Endpoints.IdScope, await page.EvaluateAsync<string>("() => navigator.clipboard.readText()"));
    }

    [Theory]
    [InlineData("groups", "tabbed", "Add enrollment group|Attestation mechanism|X.509 certificates uploaded to this Device Provisioning Service|X.509 intermediate certificates|Generate symmetric keys automatically|Group name|Provisioning status|Enable this enrollment|Reprovision policy|Reprovision device and migrate current state|Reprovision device and reset to initial state|Never reprovision device|Target IoT hubs|Allocation policy|Lowest latency|Evenly weighted distribution|Static configuration|Custom|Enable IoT Edge on provisioned devices|Device tags|Desired properties|Review + create")]
    [InlineData("individual", "tabbed", "Add enrollment|Attestation mechanism|X.509 client certificates|Symmetric key|Trusted Platform Module (TPM)|Generate symmetric keys automatically|Registration ID|Device ID|Provisioning status|Enable this enrollment|Reprovision policy|Target IoT hubs|Allocation policy|IoT Edge|Enable IoT Edge on provisioned devices|Device tags|Desired properties|Review + create")]
    [InlineData("groups", "single", "Add Enrollment Group|Group name|Attestation Type|Certificate|Symmetric Key|Certificate Type|CA Certificate|Intermediate Certificate|Primary Certificate|Secondary Certificate|No certificate selected|IoT Edge device|True|False|Select how you want to assign devices to hubs|Lowest latency|Evenly weighted distribution|Static configuration (via enrollment list)|Custom (Use Azure Function)|Select the IoT hubs this group can be assigned to|Select how you want device data to be handled on re-provisioning|Re-provision and migrate data|Re-provision and reset to initial config|Never re-provision|Initial Device Twin State|Enable entry|Enable|Disable|Save")]
    [InlineData("individual", "single", "Add Enrollment|Mechanism|X.509|Symmetric Key|TPM|Primary Certificate .pem or .cer file|Secondary Certificate .pem or .cer file|Registration ID|IoT Hub Device ID|IoT Edge device|True|False|Select how you want to assign devices to hubs|Select the IoT hubs this device can be assigned to|Select how you want device data to be handled on re-provisioning|Initial Device Twin State|Enable entry|Enable|Disable|Save")]
    public async Task Checklist_48_A_layout_has_its_labels(string kind, string layout, string labels)
    {
        var page = await portal.OpenAsync($"/i/default/enrollments/{kind}/new");
        await page.GetByLabel("Layout").SelectOptionAsync(layout);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(labels.Split('|')[0]);
        var text = new StringBuilder();
        if (layout == "tabbed")
        {
            await page.Radio("Symmetric key").CheckAsync();
            await page.GetByLabel("Generate symmetric keys automatically").WaitForAsync();
            foreach (var (tab, label) in new[] { ("Registration + provisioning", "Reprovision policy"), ("IoT hubs", "Allocation policy"), ("Device settings", "Desired properties") })
            {
                await page.Tab(tab).ClickAsync();
                await page.GetByRole(AriaRole.Tabpanel).GetByText(label).First.WaitForAsync();
                text.AppendLine(await TextAsync());
            }
        }
        else
        {
            text.AppendLine(await TextAsync());
            if (kind == "groups")
            {
                await page.GetByRole(AriaRole.Radio, new() { Name = "Intermediate Certificate", Exact = true }).CheckAsync();
                await page.GetByText("Primary Certificate .pem or .cer file").First.WaitForAsync();
                text.AppendLine(await TextAsync());
            }

            await page.GetByRole(AriaRole.Radio, new() { Name = "Symmetric Key", Exact = true }).CheckAsync();
            await page.GetByText("Auto-generate keys").First.WaitForAsync();
        }

        // Each label is the text of something, alone or before the mark of a required field.
        var lines = text.ToString().Split('\n').Select(line => line.Replace("(required)", "", StringComparison.Ordinal).Trim()).ToHashSet(StringComparer.Ordinal);
        var missing = labels.Split('|').Where(label => !lines.Contains(label)).ToList();
        Assert.True(missing.Count == 0, string.Join(", ", missing));

        Task<string> TextAsync() => page.GetByRole(AriaRole.Main).EvaluateAsync<string>(
            "main => [...main.querySelectorAll('h1, label, legend, .label, .choice > span, option, button, a')].map(one => one.textContent.replace(/\\s+/g, ' ').trim()).join('\\n')");
    }

    [Theory]
    [InlineData("/", "All resources - Muster")]
    [InlineData("/i/default/overview", "default - Device provisioning service - Muster")]
    [InlineData("/i/default/enrollments", "Manage enrollments - default - Muster")]
    [InlineData("/i/default/enrollments/individual/title-device", "title-device - Individual enrollment - default - Muster")]
    [InlineData("/i/default/enrollments/groups/new", "Add enrollment group - default - Muster")]
    [InlineData("/i/default/networking", "Networking - default - Muster")]
    public async Task A_page_s_title_is_object_page_and_instance(string path, string title)
    {
        if (path.EndsWith("title-device", StringComparison.Ordinal)) await portal.AddSymmetricAsync("individual", "title-device");
        var page = await portal.OpenAsync(path);
        await Expect(page).ToHaveTitleAsync(title);
    }

    [Fact]
    public async Task R13_R14_Manage_enrollments_stands_in_Settings_and_has_a_tab_for_each_type()
    {
        var page = await portal.OpenAsync("/i/default/overview");
        await Expect(page.GetByRole(AriaRole.Navigation, new() { Name = "Main" }).Locator("h2:has-text('Settings') + ul").GetByRole(AriaRole.Link, new() { Name = "Manage enrollments" })).ToBeVisibleAsync();
        await page.FollowAsync("Manage enrollments");
        await Expect(page.Tab("Enrollment groups")).ToHaveAttributeAsync("aria-selected", "true");
        await page.Tab("Individual enrollments").ClickAsync();
        await Expect(page.Tab("Individual enrollments")).ToHaveAttributeAsync("aria-selected", "true");
        await page.AddressHasAsync("tab=individual");
    }

    private async Task<string> RegisterAsync(string idScope, string id, string key)
    {
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.ImportFromPemFile(portal.Server.Endpoints.RootCertificate!);
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = trust;
        using var client = new HttpClient(handler);
        var resource = $"{idScope}/registrations/{id}";
        using var request = new HttpRequestMessage(HttpMethod.Put, $"https://localhost:{portal.Server.HttpsPort}/{resource}/register?api-version=2021-06-01");
        request.Content = new StringContent($$"""{"registrationId":"{{id}}"}""", Encoding.UTF8, MediaTypeHeaderValue.Parse("application/json"));
        request.Headers.TryAddWithoutValidation("Authorization", SasTokenBuilder.Create(resource, Convert.FromBase64String(key), DateTimeOffset.UtcNow.AddHours(1), "registration"));
        using var answer = await client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.Contains("\"assigned\"", text, StringComparison.Ordinal);
        return text;
    }
}
