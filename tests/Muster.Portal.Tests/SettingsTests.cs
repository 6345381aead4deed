using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Muster.Core.Attestation;
using Muster.Core.Audit;
using Muster.Core.Enrollments;
using Muster.Core.Instances;
using Muster.Core.Networking;
using Muster.Core.Quotas;
using Muster.Core.Registration;
using Muster.Core.Store;
using Muster.Protocols.Sas;
using static Microsoft.Playwright.Assertions;

namespace Muster.Portal.Tests;

/// <summary>Pages P1, P2, P9 to P13 and P16, by role and accessible name. Each test makes a service of its own.</summary>
[Collection(PortalCollection.Name)]
public sealed class SettingsTests(PortalFixture portal)
{
    [Fact]
    public async Task T2_The_wizard_keeps_what_was_typed_names_every_mistake_and_creates()
    {
        var page = await portal.OpenAsync("/create");
        await page.GetByLabel("Name").FillAsync("wizard-dps");
        await Expect(page.GetByText("available")).ToBeVisibleAsync();
        await Expect(page.GetByLabel("Service endpoint")).ToHaveValueAsync("wizard-dps.localhost");
        await page.GetByLabel("ID scope").FillAsync("0neSHORT");
        await page.GetByLabel("Region").FillAsync("plant 7");
        await page.Tab("Tags").ClickAsync();
        await page.Button("Add tag").ClickAsync();
        await page.Button("Review + create").ClickAsync();
        var summary = page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "2 things need your attention" });
        await Expect(summary).ToBeFocusedAsync();
        await Expect(page.Tab("Basics")).ToContainTextAsync("has errors");
        await summary.GetByRole(AriaRole.Link, new() { Name = "It must be 0ne or 1ne" }).ClickAsync();
        await Expect(page.GetByLabel("ID scope")).ToBeFocusedAsync();
        await page.GetByLabel("ID scope").FillAsync("0neWIZARD01");
        await page.Tab("Tags").ClickAsync();
        await page.GetByLabel("Name of tag 1").FillAsync("env");
        await page.GetByLabel("Value of tag 1").FillAsync("test");
        await page.Button("Review + create").ClickAsync();
        await Expect(page.GetByText("env: test")).ToBeVisibleAsync();
        await page.Button("Create").ClickAsync();
        await page.FollowAsync("Go to resource");
        await Expect(page.GetByText("plant 7")).ToBeVisibleAsync();
        await Expect(page.GetByText("0neWIZARD01")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task P1_Deleting_a_service_asks_for_its_name_and_the_default_one_stays()
    {
        var page = await CreateAsync("gone-dps", "/overview");
        await page.Button("Delete").First.ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        var delete = dialog.GetByRole(AriaRole.Button, new() { Name = "Delete", Exact = true });
        await dialog.GetByLabel("Type the name gone-dps to confirm").FillAsync("gone");
        await Expect(delete).ToBeDisabledAsync();
        await dialog.GetByLabel("Type the name gone-dps to confirm").FillAsync("gone-dps");
        await delete.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "All resources" })).ToBeVisibleAsync();
        await Expect(page.Link("gone-dps")).ToHaveCountAsync(0);

        await portal.GoAsync(page, "/i/default/overview");
        await Expect(page.Button("Delete").First).ToBeDisabledAsync();
        await Expect(page.Button("Delete").First).ToHaveAccessibleDescriptionAsync(InstanceRefusals.DefaultStays.Message);
    }

    [Fact]
    public async Task T32_A_policy_does_what_it_may_and_an_old_key_is_refused()
    {
        var page = await CreateAsync("policy-dps", "/policies");
        await page.Button("Add").ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();
        await Expect(dialog.GetByText("2 things need your attention")).ToBeVisibleAsync();
        await dialog.GetByLabel("Access policy name").FillAsync("reports");
        await dialog.GetByLabel("Enrollment read").CheckAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();
        await page.FollowAsync("reports");
        await Secret(page, "Connection string - primary").GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();
        var old = await page.Locator("output").TextContentAsync();
        Assert.Equal(HttpStatusCode.NotFound, await CallAsync(old!, HttpMethod.Get));
        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(old!, HttpMethod.Delete));
        const string New = """{"registrationId":"nobody","attestation":{"type":"symmetricKey"}}""";
        Assert.Equal(HttpStatusCode.OK, await CallAsync(old!, HttpMethod.Post, "/enrollments/query", """{"query":"SELECT * FROM enrollments"}"""));
        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(old!, HttpMethod.Put, content: New));

        await page.Button("Regenerate primary key").ClickAsync();
        await page.Button("Yes").ClickAsync();
        await Expect(page.Toast("The primary key is new")).ToBeVisibleAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(old!, HttpMethod.Get));
        await Expect(page.Locator("output")).ToHaveCountAsync(0);

        await page.GetByLabel("Enrollment write").CheckAsync();
        await page.Button("Save").ClickAsync();
        await Expect(page.Toast("The permissions were saved")).ToBeVisibleAsync();
        await Secret(page, "Connection string - primary").GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();
        Assert.Equal(HttpStatusCode.OK, await CallAsync((await page.Locator("output").TextContentAsync())!, HttpMethod.Put, content: New));
        await page.Button("Delete").ClickAsync();
        await page.Button("Yes").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Shared access policies" })).ToBeVisibleAsync();
        await Expect(page.Link("reports")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task P12_When_a_key_was_used_last_stands_beside_it_and_in_the_questions()
    {
        var page = await CreateAsync("uses-dps", "/policies/provisioningserviceowner");
        var secondary = Secret(page, "Connection string - secondary");
        await Expect(page.GetByText("Never used since it was made at ")).ToHaveCountAsync(2);
        await secondary.GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();
        Assert.Equal(HttpStatusCode.NotFound, await CallAsync((await page.Locator("output").TextContentAsync())!, HttpMethod.Get));

        // It shows by itself, beside the key that was used.
        var used = page.Locator(".field").Filter(new() { HasText = "Last used less than a minute ago from" });
        await Expect(used).ToHaveCountAsync(1);
        await Expect(used).ToContainTextAsync("Secondary key");
        await Expect(page.GetByText("Never used since it was made at ")).ToHaveCountAsync(1);

        var dialog = page.GetByRole(AriaRole.Dialog);
        await page.Button("Regenerate secondary key").ClickAsync();
        await Expect(dialog).ToContainTextAsync("Last used less than a minute ago from");
        await page.Button("No").ClickAsync();
        await page.Button("Regenerate primary key").ClickAsync();
        await Expect(dialog).ToContainTextAsync("Never used since it was made at ");
        await page.Button("No").ClickAsync();
        await page.Button("Delete").ClickAsync();
        await Expect(dialog).ToContainTextAsync("Never used since it was made at ");
        await Expect(dialog).ToContainTextAsync("Last used less than a minute ago from");
        await page.Button("No").ClickAsync();

        await page.Button("Regenerate secondary key").ClickAsync();
        await page.Button("Yes").ClickAsync();
        await Expect(page.Toast("The secondary key is new")).ToBeVisibleAsync();
        await Expect(page.GetByText("Never used since it was made at ")).ToHaveCountAsync(2);
    }

    [Fact]
    public async Task P13_Local_accounts_are_switched_off_after_a_question_that_names_what_stops()
    {
        var page = await CreateAsync("local-dps", "/policies/provisioningserviceowner");
        await Secret(page, "Connection string - primary").GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();
        var connection = (await page.Locator("output").TextContentAsync())!;
        Assert.Equal(HttpStatusCode.NotFound, await CallAsync(connection, HttpMethod.Get));
        await page.FollowAsync("Networking");
        await page.GetByLabel("Switch shared access signatures off").CheckAsync();
        await page.Button("Save").ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await Expect(dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("No directory is configured on this server.");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Cancel", Exact = true }).ClickAsync();
        Assert.Equal(HttpStatusCode.NotFound, await CallAsync(connection, HttpMethod.Get));

        await page.Button("Save").ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Switch off", Exact = true }).ClickAsync();
        await Expect(page.Toast("Networking is saved")).ToBeVisibleAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(connection, HttpMethod.Get));
        await page.FollowAsync("Shared access policies");
        await Expect(page.GetByText("Local accounts are switched off for this service.")).ToBeVisibleAsync();

        await page.FollowAsync("Networking");
        await page.GetByLabel("Switch shared access signatures off").UncheckAsync();
        await page.Button("Save").ClickAsync();
        await Expect(page.GetByText("Nothing was changed.").First).ToBeAttachedAsync();
        Assert.Equal(HttpStatusCode.NotFound, await CallAsync(connection, HttpMethod.Get));
    }

    [Fact]
    public async Task P13_Private_endpoints_are_approved_rejected_and_removed_and_what_was_typed_stays_meanwhile()
    {
        var page = await CreateAsync("private-dps", "/networking");
        await page.GetByLabel("Disabled").CheckAsync();
        await page.Tab("Private endpoint connections").ClickAsync();
        await page.WaitForURLAsync("**/networking?tab=private");
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
    public async Task P12_The_last_policy_that_can_manage_the_service_stays()
    {
        var page = await CreateAsync("owner-dps", "/policies/provisioningserviceowner");
        await page.Button("Delete").ClickAsync();
        await page.Button("Yes").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "is the last policy" })).ToBeFocusedAsync();
        await page.GetByLabel("Service configuration").UncheckAsync();
        await page.Link("Networking").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("Discard changes?");
        await page.Button("Stay").ClickAsync();
        await Expect(page.GetByLabel("Service configuration")).Not.ToBeCheckedAsync();
    }

    [Fact]
    public async Task T13_T12_A_certificate_is_vouched_for_and_a_private_key_is_never_stored()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Vouched Root", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var root = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(5));
        var page = await CreateAsync("ca-dps", "/certificates");
        await page.Button("Add").ClickAsync();
        await page.GetByLabel("Certificate name").FillAsync("vouched");
        foreach (var (name, bytes) in new (string, byte[])[]
        {
            ("both.pem", Encoding.UTF8.GetBytes(root.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem())),
            ("key.der", key.ExportPkcs8PrivateKey()),
            ("sec1.der", key.ExportECPrivateKey()),
            ("store.pfx", root.Export(X509ContentType.Pkcs12)),
        })
        {
            await UploadAsync(page, name, Encoding.UTF8.GetBytes("nothing"));
            await Expect(page.GetByText("treat the key as exposed")).ToHaveCountAsync(0);
            await UploadAsync(page, name, bytes);
            await Expect(page.GetByText("treat the key as exposed")).ToBeVisibleAsync();
        }

        await page.Button("Save").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "Choose the certificate's file" })).ToBeVisibleAsync();
        var store = portal.Server.Services.GetRequiredService<IProvisioningStore>();
        Assert.Empty(await store.ListCaCertificatesAsync("ca-dps", default));

        await UploadAsync(page, "root.cer", root.RawData);
        await page.GetByLabel("Set certificate status to verified on upload").CheckAsync();
        await page.Button("Save").ClickAsync();
        var row = page.GetByRole(AriaRole.Row).Filter(new() { HasText = "vouched" });
        await Expect(row).ToContainTextAsync("Verified");
        await Expect(row).ToContainTextAsync("4 days left");
        Assert.True((await store.FindCaCertificateAsync("ca-dps", "vouched", default))!.IsVerified);
    }

    [Fact]
    public async Task T28_T29_A_hub_is_weighed_tested_and_unlinked()
    {
        var page = await CreateAsync("hub-dps", "/hubs");
        await page.Button("Link a hub").ClickAsync();
        await page.GetByRole(AriaRole.Combobox, new() { Name = "IoT hub" }).SelectOptionAsync(new SelectOptionValue { Label = "hub-a.localhost" });
        await page.Button("Save").ClickAsync();
        await page.Button("hub-a.localhost").ClickAsync();
        await Expect(page.GetByText("SharedAccessKey=****")).ToBeVisibleAsync();
        await page.GetByLabel("Allocation weight").FillAsync("0");
        await page.Button("Save").ClickAsync();
        await Expect(page.Locator("#allocationWeight-error")).ToContainTextAsync("between 1 and 1000");
        await page.GetByLabel("Allocation weight").FillAsync("10");
        await page.GetByLabel("No", new() { Exact = true }).CheckAsync();
        await page.Button("Test").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog).GetByText("The hub runs in this server.")).ToBeVisibleAsync();
        await page.Button("Save").ClickAsync();
        var row = page.GetByRole(AriaRole.Row).Filter(new() { HasText = "hub-a.localhost" });
        await Expect(row).ToContainTextAsync("No");

        await portal.GoAsync(page, "/i/hub-dps/allocation");
        await Expect(page.GetByText("takes no devices")).ToBeVisibleAsync();
        await portal.GoAsync(page, "/i/hub-dps/hubs");
        await Expect(page.Button("Delete")).ToBeDisabledAsync();
        await page.GetByLabel("Select hub-a.localhost").CheckAsync();
        await page.Button("Delete").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("No device is assigned there.");
        await page.Button("Yes").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No hub is linked" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task T29_A_connection_string_that_the_hub_does_not_take_is_saved_only_when_confirmed()
    {
        var page = await CreateAsync("relink-dps", "/hubs");
        await page.Button("Add").ClickAsync();
        await page.GetByLabel("Elsewhere, by connection string").CheckAsync();
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Connection string" }).FillAsync("HostName=127.0.0.9");
        await page.Button("Save").ClickAsync();
        await Expect(page.Locator("#connectionString-error")).ToContainTextAsync("SharedAccessKeyName is missing");
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Connection string" }).FillAsync("HostName=127.0.0.9;SharedAccessKeyName=iothubowner;SharedAccessKey=AAAA");
        await page.Button("Save").ClickAsync();
        await page.Button("127.0.0.9").ClickAsync();
        await page.GetByLabel("Replace connection string").FillAsync("HostName=127.0.0.9;SharedAccessKeyName=other;SharedAccessKey=AAAA");
        await page.Button("Save").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "did not accept this connection string" })).ToBeVisibleAsync();
        await page.Button("Save").ClickAsync();
        await Expect(page.Toast("127.0.0.9 is saved")).ToBeVisibleAsync();
        await page.Button("127.0.0.9").ClickAsync();
        await Expect(page.GetByText("SharedAccessKeyName=other;SharedAccessKey=****")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task T27_A_static_default_names_the_enrollments_that_name_no_hub()
    {
        await portal.AddSymmetricAsync("individual", "names-no-hub");
        var page = await portal.OpenAsync("/i/default/allocation");
        await page.GetByLabel("Static configuration").CheckAsync();
        await Expect(page.GetByText("must name its hub")).ToBeVisibleAsync();
        await page.Button("Discard").ClickAsync();
        await Expect(page.GetByLabel("Evenly weighted distribution")).ToBeCheckedAsync();
        await Expect(page.GetByRole(AriaRole.Progressbar, new() { Name = "Share of hub-a.localhost" })).ToHaveAttributeAsync("value", "0.5");
    }

    [Fact]
    public async Task T30_Rules_are_ordered_by_keyboard_and_every_mistake_is_told()
    {
        var page = await CreateAsync("rules-dps", "/networking");
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
        var page = await CreateAsync("full-dps", "/networking");
        var rules = Enumerable.Range(0, NetworkRules.MaxRules).Select(i => new IpFilterRule($"rule-{i}", $"10.0.0.{i}", IpFilterAction.Accept)).ToArray();
        var instances = portal.Server.Services.GetRequiredService<InstanceService>();
        Assert.Null(await instances.SetNetworkAsync(AuditCaller.Process, "full-dps", new NetworkRules { Access = PublicNetworkAccess.SelectedRanges, Rules = rules }, null, default));
        await portal.GoAsync(page, "/i/full-dps/networking");
        await Expect(page.Button("Add IP Filter Rule")).ToBeDisabledAsync();
        await Expect(page.Button("Add IP Filter Rule")).ToHaveAccessibleDescriptionAsync("All 100 rules are used.");
    }

    [Fact]
    public async Task R23_T20_Quotas_show_the_limits_that_the_service_has()
    {
        var page = await CreateAsync("quota-dps", "/quotas");
        await Expect(page.GetByText("no limit").First).ToBeVisibleAsync();
        var instances = portal.Server.Services.GetRequiredService<InstanceService>();
        Assert.Null(await instances.SetQuotasAsync(AuditCaller.Process, "quota-dps", InstanceQuotas.Azure, ifQuotas: null, default));
        await page.Button("Refresh").ClickAsync();
        await Expect(page.GetByText("of 1,000,000").First).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Progressbar, new() { Name = "Registrations", Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByText("1,000 in a minute").First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task P16_Limits_are_changed_warned_about_and_never_overwritten_unseen()
    {
        var page = await CreateAsync("limit-dps", "/quotas");
        var service = portal.Server.Services.GetRequiredService<QuotaService>();
        var instances = portal.Server.Services.GetRequiredService<InstanceDirectory>();
        InstanceQuotas Now() => instances.FindByName("limit-dps")!.Quotas ?? InstanceQuotas.Unlimited;
        await page.Button("Change limits").ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Registrations", new() { Exact = true }).FillAsync("many");
        await dialog.GetByLabel("Linked hubs").FillAsync("0");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await Expect(dialog.GetByText("2 things need your attention")).ToBeVisibleAsync();
        Assert.Equal(InstanceQuotas.Unlimited, Now());

        // Somebody else saves first: the form tells, and overwrites only when told to.
        Assert.Null(await service.SetAsync(AuditCaller.Process, "limit-dps", ifQuotas: null, new InstanceQuotas { CaCertificates = 7 }, default));
        await dialog.GetByLabel("Registrations", new() { Exact = true }).FillAsync("1,000");
        await dialog.GetByLabel("Linked hubs").FillAsync("");
        await dialog.GetByLabel("Service API operations in a minute").FillAsync("60");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await Expect(dialog.GetByText("CA certificates: it was no limit when you opened this form, now it is 7.")).ToBeVisibleAsync();
        Assert.Equal(7, Now().CaCertificates);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Overwrite with mine" }).ClickAsync();
        await Expect(page.Toast("The limits are saved")).ToBeVisibleAsync();
        Assert.Equal(new InstanceQuotas { Registrations = 1000, ServiceOperations = new RateLimit(60, TimeSpan.FromMinutes(1)) }, Now());
        var audit = await portal.Server.Services.GetRequiredService<IAuditLog>().ListAsync("limit-dps", new AuditFilter { Limit = 1 }, default);
        Assert.Equal(AuditCallerKind.Portal, audit[0].Entry.Caller.Kind);
        Assert.Equal(
            ["quotas.caCertificates: 7 -> ", "quotas.registrations:  -> 1000", "quotas.serviceOperations:  -> 60 in 60 s"],
            audit[0].Entry.Changes.Where(change => change.Path.StartsWith("quotas.", StringComparison.Ordinal))
                .Select(change => $"{change.Path}: {change.Old} -> {change.New}").Order(StringComparer.Ordinal));
        await Expect(page.GetByText("of 1,000", new() { Exact = false }).First).ToBeVisibleAsync();
        await Expect(page.GetByText("No record was created in the last 7 days")).ToBeVisibleAsync();

        // Fifteen of sixteen is more than 90 %.
        Assert.Null(await service.SetAsync(AuditCaller.Process, "limit-dps", ifQuotas: null, new InstanceQuotas { Registrations = 16 }, default));
        var store = portal.Server.Services.GetRequiredService<IProvisioningStore>();
        for (var number = 0; number < 15; number++)
            Assert.Equal(CommitOutcome.Committed, await store.CommitAsync([new PutRegistration(Record(number), null)], default));
        await page.Button("Refresh").ClickAsync();
        await Expect(page.GetByText("Registrations: 93 % of the limit is used.")).ToBeVisibleAsync();
        await Expect(page.GetByText("Based on 15 new records a day over the last day")).ToBeVisibleAsync();
        await Expect(page.Link("of which orphaned 15")).ToHaveAttributeAsync("href", "/i/limit-dps/registrations?orphaned=true");
        await portal.GoAsync(page, "/i/limit-dps/overview");
        await Expect(page.GetByText("Registrations: 93 % of the limit is used.")).ToBeVisibleAsync();

        static RegistrationRecord Record(int number) => new()
        {
            InstanceName = "limit-dps",
            RegistrationId = $"device-{number}",
            EnrollmentKind = EnrollmentKind.Individual,
            EnrollmentId = "gone",
            AttestationType = AttestationType.SymmetricKey,
            Status = RegistrationStatus.Assigned,
            CreatedUtc = DateTimeOffset.UtcNow,
            FirstRegisteredUtc = DateTimeOffset.UtcNow,
            LastUpdatedUtc = DateTimeOffset.UtcNow,
            ETag = "\"1\"",
        };
    }

    [Fact]
    public async Task P16_The_last_minute_counts_calls_of_the_service_API()
    {
        var page = await CreateAsync("minute-dps", "/quotas");
        var rate = page.GetByTestId("rate").Filter(new() { HasText = "Service API operations" });
        await Expect(rate).ToContainTextAsync("0 no limit");
        var policy = portal.Server.Services.GetRequiredService<InstanceDirectory>().FindByName("minute-dps")!.AccessPolicies[0];
        Assert.Equal(HttpStatusCode.NotFound, await CallAsync(policy.ConnectionString("minute-dps.localhost"), HttpMethod.Get));
        await page.Button("Refresh").ClickAsync();
        await Expect(rate).ToContainTextAsync("1 no limit");
    }

    private static ILocator Secret(IPage page, string label) => page.GetByRole(AriaRole.Group, new() { Name = label });

    private static Task UploadAsync(IPage page, string name, byte[] content) => page.UploadAsync("Certificate .pem or .cer file", name, content);

    private async Task<IPage> CreateAsync(string name, string path)
    {
        var definition = new InstanceDefinition { Name = name, ServiceHostNames = [$"{name}.localhost"] };
        Assert.Null((await portal.Server.Services.GetRequiredService<InstanceService>().CreateAsync(AuditCaller.Process, definition, default)).Refusal);
        return await portal.OpenAsync($"/i/{name}{path}");
    }

    /// <summary>Calls the service API, unless told otherwise for an enrollment that does not exist, with a token made from a connection string.</summary>
    private async Task<HttpStatusCode> CallAsync(string connectionString, HttpMethod method, string path = "/enrollments/nobody", string? content = null)
    {
        var parts = connectionString.Split(';').Select(part => part.Split('=', 2)).ToDictionary(part => part[0], part => part[1], StringComparer.Ordinal);
        var token = SasTokenBuilder.Create(
            parts["HostName"], Convert.FromBase64String(parts["SharedAccessKey"]), DateTimeOffset.UtcNow.AddHours(1), parts["SharedAccessKeyName"]);
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.ImportFromPemFile(portal.Server.Endpoints.RootCertificate!);
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = trust;

        // A service made behind the portal's back has no name in the server certificate; the chain still counts.
        handler.SslOptions.RemoteCertificateValidationCallback =
            (_, _, _, errors) => errors is SslPolicyErrors.None or SslPolicyErrors.RemoteCertificateNameMismatch;
        using var client = new HttpClient(handler);
        using var request = new HttpRequestMessage(method, $"https://localhost:{portal.Server.HttpsPort}{path}?api-version=2021-10-01");
        if (content is not null) request.Content = new StringContent(content, Encoding.UTF8, "application/json");
        request.Headers.Host = parts["HostName"];
        request.Headers.TryAddWithoutValidation("Authorization", token);
        using var answer = await client.SendAsync(request);
        return answer.StatusCode;
    }
}
