using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Muster.Core.Instances;
using Muster.Core.Store;
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
        var page = await portal.OpenServiceAsync("gone-dps", "/overview");
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
        var page = await portal.OpenServiceAsync("policy-dps", "/policies");
        await page.Button("Add").ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();
        await Expect(dialog.GetByText("2 things need your attention")).ToBeVisibleAsync();
        await dialog.GetByLabel("Access policy name").FillAsync("reports");
        await dialog.GetByLabel("Enrollment read").CheckAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();
        await page.FollowAsync("reports");
        await page.Secret("Connection string - primary").GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();
        var old = await page.Locator("output").TextContentAsync();
        Assert.Equal(HttpStatusCode.NotFound, await portal.CallServiceAsync(old!, HttpMethod.Get));
        Assert.Equal(HttpStatusCode.Unauthorized, await portal.CallServiceAsync(old!, HttpMethod.Delete));
        const string New = """{"registrationId":"nobody","attestation":{"type":"symmetricKey"}}""";
        Assert.Equal(HttpStatusCode.OK, await portal.CallServiceAsync(old!, HttpMethod.Post, "/enrollments/query", """{"query":"SELECT * FROM enrollments"}"""));
        Assert.Equal(HttpStatusCode.Unauthorized, await portal.CallServiceAsync(old!, HttpMethod.Put, content: New));

        await page.Button("Regenerate primary key").ClickAsync();
        await page.Button("Yes").ClickAsync();
        await Expect(page.Toast("The primary key is new")).ToBeVisibleAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, await portal.CallServiceAsync(old!, HttpMethod.Get));
        await Expect(page.Locator("output")).ToHaveCountAsync(0);

        await page.GetByLabel("Enrollment write").CheckAsync();
        await page.Button("Save").ClickAsync();
        await Expect(page.Toast("The permissions were saved")).ToBeVisibleAsync();
        await page.Secret("Connection string - primary").GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();
        Assert.Equal(HttpStatusCode.OK, await portal.CallServiceAsync((await page.Locator("output").TextContentAsync())!, HttpMethod.Put, content: New));
        await page.Button("Delete").ClickAsync();
        await page.Button("Yes").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Shared access policies" })).ToBeVisibleAsync();
        await Expect(page.Link("reports")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task P12_When_a_key_was_used_last_stands_beside_it_and_in_the_questions()
    {
        var page = await portal.OpenServiceAsync("uses-dps", "/policies/provisioningserviceowner");
        var secondary = page.Secret("Connection string - secondary");
        await Expect(page.GetByText("Never used since it was made at ")).ToHaveCountAsync(2);
        await secondary.GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();
        Assert.Equal(HttpStatusCode.NotFound, await portal.CallServiceAsync((await page.Locator("output").TextContentAsync())!, HttpMethod.Get));

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
    public async Task P12_The_last_policy_that_can_manage_the_service_stays()
    {
        var page = await portal.OpenServiceAsync("owner-dps", "/policies/provisioningserviceowner");
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
        var page = await portal.OpenServiceAsync("ca-dps", "/certificates");
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
        var page = await portal.OpenServiceAsync("hub-dps", "/hubs");
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
        var page = await portal.OpenServiceAsync("relink-dps", "/hubs");
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

    private static Task UploadAsync(IPage page, string name, byte[] content) => page.UploadAsync("Certificate .pem or .cer file", name, content);
}
