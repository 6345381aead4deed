using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Muster.Core.Attestation;
using Muster.Core.Enrollments;
using Muster.Core.Store;
using static Microsoft.Playwright.Assertions;

namespace Muster.Portal.Tests;

/// <summary>What forms say of the credentials that they are given, before anything is stored (portal P6, P7, P8).</summary>
[Collection(PortalCollection.Name)]
public sealed class CredentialFormTests(PortalFixture portal)
{
    // A public area as a TPM prints it, and the ID that SDKs derive from it.
    private const string EndorsementKey =
        "AToAAQALAAMAsgAgg3GXZ0SEs/gakMyNRqXXJP1S124GUgtk8qHaGzMUaaoABgCAAEMAEAgAAAAAAAEAlvZuauN4yw7xbYjeJ53jUuyEIDc7KBlSva8vqlecR/CeLW/x"
        + "U/5dX81VPBtRw3ONBdjQCr37H4Wio0+3Ay8dLXB8AM6iIaXYsor7DSrpj04DlXh8/ra10VC9bRXHps4dhGZvzz1n/X0ZdLYFXVgWyJPkvNzmF6z+G8/hsMolvEhA+BE3"
        + "ZsBpWbZdCQdhOwy71myXeXIb5xWIH0Ys9zqZvZxSe+CGmoj9y6YiXxoSyHLYs8G0x6lUKSoim+NDjYbLOoR7iYg9Sbc3UoATkt9CYGXQJ5vYXN5ZNzS3Iv3PMAh+7vdK"
        + "1QDROaXAYy9cDUvcdPeFJqEAZ4RIcmWHgG2wNQ==";

    private const string DerivedId = "u66yzsebpi3ji6wuux6yc5xc2j6g4amr24euho3pkinhwjcl74oa";

    [Fact]
    public async Task P6_A_CA_certificate_is_uploaded_over_the_form_and_chosen_when_it_is_verified()
    {
        const string Service = "upload-ca";
        using var root = TestCertificates.Issue("CN=Upload root", isCa: true);
        await portal.AddServiceAsync(Service);
        var page = await portal.OpenAsync($"/i/{Service}/enrollments/groups/new");
        await page.GetByLabel("X.509 certificates uploaded").CheckAsync();
        await page.GetByLabel("Group name").FillAsync("kept-name");
        var panel = page.GetByRole(AriaRole.Dialog, new() { Name = "Add certificate" });
        await page.Button("Upload new").ClickAsync();
        await Expect(panel.GetByLabel("Certificate name")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(panel).ToHaveCountAsync(0);
        await Expect(page.Button("Upload new")).ToBeFocusedAsync();

        await UploadAsync("first-root", isVouched: true);
        await Expect(page.GetByLabel("Primary certificate").Locator("option:checked")).ToHaveTextAsync("first-root (Verified)");
        await UploadAsync("second-root", isVouched: false);
        await Expect(page.GetByLabel("Primary certificate").Locator("option:checked")).ToHaveTextAsync("first-root (Verified)");
        await Expect(page.GetByLabel("Primary certificate").Locator("option").Filter(new() { HasText = "second-root (needs proof of possession)" })).ToBeDisabledAsync();
        await Expect(page.GetByText("Those that need proof of possession").Locator("a")).ToHaveAttributeAsync("href", $"i/{Service}/certificates");
        await Expect(page.GetByLabel("Group name")).ToHaveValueAsync("kept-name");

        // The second slot is for another certificate.
        await page.GetByLabel("Secondary certificate").SelectOptionAsync("first-root (Verified)");
        await Expect(page.Locator("[id='attestation.x509.caReferences.secondary-error']")).ToHaveTextAsync("It must differ from the primary certificate.");

        async Task UploadAsync(string name, bool isVouched)
        {
            await page.Button("Upload new").ClickAsync();
            await panel.GetByLabel("Certificate name").FillAsync(name);
            await page.UploadAsync("Certificate .pem or .cer file", "root.pem", Pem(root));
            await Expect(panel.GetByText("Yes, it is a CA certificate")).ToBeVisibleAsync();
            if (isVouched) await panel.GetByLabel("Set certificate status to verified on upload").CheckAsync();
            await panel.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
            await Expect(panel).ToHaveCountAsync(0);
        }
    }

    [Fact]
    public async Task P6_A_certificate_that_another_enrollment_holds_is_told_at_once_with_the_way_there()
    {
        using var line = TestCertificates.Issue("CN=Held line", isCa: true);
        var page = await portal.OpenAsync("/i/default/enrollments/groups/new");
        await page.GetByLabel("X.509 intermediate certificates").CheckAsync();
        await page.UploadAsync("Primary certificate", "line.pem", Pem(line));
        await page.GetByLabel("Group name").FillAsync("held-line");
        await page.Button("Review + create").ClickAsync();
        await page.Button("Create").ClickAsync();
        await Expect(page.GetByText("Its devices can register now")).ToBeVisibleAsync();

        await portal.GoAsync(page, "/i/default/enrollments/groups/new");
        await page.GetByLabel("X.509 intermediate certificates").CheckAsync();
        await page.UploadAsync("Primary certificate", "line.pem", Pem(line));
        var error = page.Locator(".error").Filter(new() { HasText = "The certificate CN=Held line is already used by the enrollment group held-line." });
        await Expect(error.GetByRole(AriaRole.Link, new() { Name = "Open held-line" })).ToHaveAttributeAsync("href", "i/default/enrollments/groups/held-line");
        await page.GetByLabel("Group name").FillAsync("held-twice");
        await page.Button("Review + create").ClickAsync();
        await Expect(page.Locator("#error-summary").GetByRole(AriaRole.Link, new() { Name = "Open held-line" })).ToBeVisibleAsync();
        await page.Button("Choose another file").ClickAsync();
        await Expect(error).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task P7_Both_certificates_of_a_device_have_its_registration_ID()
    {
        using var first = TestCertificates.Issue("CN=twin-slot");
        using var next = TestCertificates.Issue("CN=twin-slot");
        using var other = TestCertificates.Issue("CN=someone-else");
        var page = await portal.OpenAsync("/i/default/enrollments/individual/new");
        await page.Radio("X.509 client certificates").CheckAsync();
        await page.UploadAsync("Primary certificate", "first.pem", Pem(first));
        await Expect(page.GetByText("No, it is no CA certificate")).ToBeVisibleAsync();
        await page.UploadAsync("Secondary certificate", "other.pem", Pem(other));
        var error = page.GetByText("Its common name is 'someone-else', that of the primary certificate 'twin-slot'.");
        await Expect(error.First).ToBeVisibleAsync();
        await page.Button("Choose another file").Last.ClickAsync();
        await Expect(error).ToHaveCountAsync(0);
        await page.Button("Review + create").ClickAsync();
        await page.Button("Create").ClickAsync();
        await Expect(page.GetByText("Its devices can register now")).ToBeVisibleAsync();

        // The same on the page that changes credentials; the summary of the entry tells what it holds.
        await portal.GoAsync(page, "/i/default/enrollments/individual/twin-slot/credentials");
        await page.UploadAsync("Load a certificate", "other.pem", Pem(other));
        await Expect(page.GetByText("Its common name is 'someone-else'; it must be the registration ID twin-slot.")).ToBeVisibleAsync();
        await page.UploadAsync("Load a certificate", "next.pem", Pem(next));
        await Expect(page.Toast("Credentials of twin-slot are saved.")).ToBeVisibleAsync();
        await portal.GoAsync(page, "/i/default/enrollments/individual/twin-slot");
        var summary = page.Locator(".card").First;
        foreach (var (slot, certificate) in new[] { ("primary", first), ("secondary", next) })
        {
            var print = certificate.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256);
            await Expect(summary).ToContainTextAsync($"{slot} {print[..4]}...{print[^4..]} expires");
        }

        await Expect(summary).ToContainTextAsync("etag ");
        await page.Button("Snippets").ClickAsync();
        await page.AddressHasAsync("tab=Code");
        await Expect(page.Tab("Device code")).ToHaveAttributeAsync("aria-selected", "true");
    }

    [Fact]
    public async Task P8_4_A_group_changes_over_between_uploaded_and_intermediate_certificates()
    {
        const string Service = "change-over";
        using var root = TestCertificates.Issue("CN=Change root", isCa: true);
        using var line = TestCertificates.Issue("CN=Change line", root, isCa: true);
        await portal.AddServiceAsync(Service);
        var page = await portal.OpenAsync($"/i/{Service}/certificates");
        await page.Button("Add certificate").ClickAsync();
        await page.GetByLabel("Certificate name").FillAsync("change-root");
        await page.UploadAsync("Certificate .pem or .cer file", "root.pem", Pem(root));
        await page.GetByLabel("Set certificate status to verified on upload").CheckAsync();
        await page.Button("Save").ClickAsync();
        await page.Button("change-root").WaitForAsync();
        await portal.GoAsync(page, $"/i/{Service}/enrollments/groups/new");
        await page.GetByLabel("X.509 intermediate certificates").CheckAsync();
        await page.UploadAsync("Primary certificate", "line.pem", Pem(line));
        await page.GetByLabel("Group name").FillAsync("changing");
        await page.Button("Review + create").ClickAsync();
        await page.Button("Create").ClickAsync();
        await Expect(page.GetByText("Its devices can register now")).ToBeVisibleAsync();

        await portal.GoAsync(page, $"/i/{Service}/enrollments/groups/changing/credentials");
        await page.GetByLabel("Uploaded certificate").SelectOptionAsync("change-root (Verified)");
        await page.Button("Change over").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "CA certificates" })).ToBeVisibleAsync();
        Assert.Equal("change-root", Assert.IsType<X509CaReferenceAttestation>(await AttestationAsync()).Primary);

        await page.UploadAsync("Intermediate certificate", "line.pem", Pem(line));
        await page.Button("Change over").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Use an uploaded certificate instead" })).ToBeVisibleAsync();
        var held = Assert.IsType<X509CertificateAttestation>(await AttestationAsync());
        Assert.Equal(X509CertificateUse.Signing, held.Use);
        Assert.Equal("CN=Change line", held.Primary!.Info.SubjectName);

        async Task<AttestationMechanism> AttestationAsync() => (await portal.Server.Services.GetRequiredService<IProvisioningStore>()
            .FindEnrollmentAsync(Service, EnrollmentKind.Group, "changing", default))!.Attestation;
    }

    [Fact]
    public async Task P6_A_key_of_one_s_own_is_told_how_strong_it_is()
    {
        var page = await portal.OpenAsync("/i/default/enrollments/groups/new");
        await page.Radio("Symmetric key").CheckAsync();
        await page.GetByLabel("Generate symmetric keys automatically").UncheckAsync();
        var help = page.Locator("[id='attestation.symmetricKey.primaryKey-help']");
        await page.GetByLabel("Primary key", new() { Exact = true }).FillAsync(Convert.ToBase64String(new byte[16]));
        await Expect(help).ToContainTextAsync("This one has 16, which is little");
        await page.GetByLabel("Primary key", new() { Exact = true }).FillAsync(Convert.ToBase64String(new byte[64]));
        await Expect(help).ToContainTextAsync("This one has 64.");
    }

    [Fact]
    public async Task P7_The_registration_ID_of_a_TPM_is_compared_with_the_one_that_its_key_gives()
    {
        var page = await portal.OpenAsync("/i/default/enrollments/individual/new");
        await page.Radio("Trusted Platform Module").CheckAsync();
        var check = page.Button("Check against the endorsement key");
        await Expect(check).ToHaveAttributeAsync("title", "Enter the endorsement key first.");
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Endorsement key" }).FillAsync(EndorsementKey);
        await page.GetByLabel("Registration ID").FillAsync("my-own-name");
        await check.ClickAsync();
        await Expect(page.GetByText("A custom ID", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByText($"SDKs that are given no ID register as {DerivedId}.")).ToBeVisibleAsync();
        await page.Button("Use the derived ID").ClickAsync();
        await Expect(page.GetByLabel("Registration ID")).ToHaveValueAsync(DerivedId);
        await check.ClickAsync();
        await Expect(page.GetByText("The ID that SDKs derive from this key", new() { Exact = true })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task P8_2_A_changed_device_ID_takes_the_old_identity_and_the_record_along_when_that_is_chosen()
    {
        var key = await portal.AddSymmetricAsync("individual", "renamed");
        Assert.Equal(0, (await portal.RegisterAsync("renamed", key)).Exit);
        var page = await portal.OpenAsync("/i/default/enrollments/individual/renamed?tab=Device");
        await page.GetByLabel("Device ID", new() { Exact = true }).FillAsync("renamed-now");
        await page.GetByLabel("Remove the registration record and the old identity when I save").CheckAsync();
        await page.Button("Save").ClickAsync();
        await Expect(page.Toast("The identity renamed in")).ToBeVisibleAsync();
        var records = portal.Server.Services.GetRequiredService<IProvisioningStore>();
        Assert.Null(await records.FindRegistrationAsync("default", "renamed", default));

        // With the old identity gone, the device gets the new one.
        Assert.Equal(0, (await portal.RegisterAsync("renamed", key)).Exit);
        Assert.Equal("renamed-now", (await records.FindRegistrationAsync("default", "renamed", default))!.Assignment!.DeviceId);
        var hubs = portal.Server.Services.GetRequiredService<Core.Hubs.HubConnectors>();
        foreach (var hub in await records.ListLinkedHubsAsync("default", default))
            Assert.Null(await hubs.Connect(hub).ReadDeviceAsync("renamed", default));
    }

    private static byte[] Pem(X509Certificate2 certificate) => Encoding.ASCII.GetBytes(certificate.ExportCertificatePem());
}
