using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Muster.Portal.Tests;

[Collection(PortalCollection.Name)]
public sealed class X509Tests(PortalFixture portal)
{
    [Fact]
    public async Task T6_A_client_certificate_names_its_registration_and_its_device_registers()
    {
        using var certificate = Issue("CN=t6-device", issuer: null, isCa: false);
        var page = await portal.OpenAsync("/i/default/enrollments/individual/new");
        await page.GetByLabel("X.509 client certificates").CheckAsync();
        await UploadAsync(page, "Primary certificate", "device.pem", certificate.ExportCertificatePem());
        await Expect(page.GetByLabel("Registration ID")).ToHaveValueAsync("t6-device");
        await Expect(page.GetByLabel("Registration ID")).Not.ToBeEditableAsync();
        await page.Button("Review + create").First.ClickAsync();
        await page.Button("Create").ClickAsync();
        await Expect(page.GetByText("Its devices can register now")).ToBeVisibleAsync();

        Assert.Contains("\"t6-device\"", await RegisterAsync("t6-device", certificate));

        // The same certificate in a second enrollment is refused, and the first is named (P6, "already used").
        await portal.GoAsync(page, "/i/default/enrollments/groups/new");
        await page.GetByLabel("X.509 intermediate certificates").CheckAsync();
        await UploadAsync(page, "Primary certificate", "device.pem", certificate.ExportCertificatePem());
        await page.GetByLabel("Group name").FillAsync("t6-group");
        await page.Button("Review + create").First.ClickAsync();
        await Expect(page.GetByText("already used by the individual enrollment t6-device").First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task T12_T4a_T25_A_root_is_verified_by_its_code_admits_a_chain_and_is_rolled()
    {
        using var root = Issue("CN=T12 Root", issuer: null, isCa: true);
        var page = await portal.OpenAsync("/i/default/certificates");
        await page.Button("Add").ClickAsync();
        await page.GetByLabel("Certificate name").FillAsync("t12-root");
        await UploadAsync(page, "Certificate .pem or .cer file", "root.pem", root.ExportCertificatePem());
        await page.Button("Save").ClickAsync();
        await page.Button("t12-root").ClickAsync();
        await page.Button("Generate Verification Code").ClickAsync();
        await page.Button("Copy verification code").WaitForAsync();
        var code = await page.GetByRole(AriaRole.Dialog).Locator(".value code").Last.TextContentAsync();
        Assert.Matches("^[0-9A-F]{48}$", code);

        // The code is still there for somebody who comes back.
        await portal.GoAsync(page, "/i/default/certificates");
        await page.Button("t12-root").ClickAsync();
        await page.Button("Copy verification code").WaitForAsync();
        await Expect(page.GetByRole(AriaRole.Dialog).Locator(".value code").Last).ToHaveTextAsync(code!);

        using var wrong = Issue("CN=somebody", root, isCa: false);
        await UploadAsync(page, "Verification certificate .pem or .cer file", "wrong.pem", wrong.ExportCertificatePem());
        await page.Button("Verify").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "is not accepted" })).ToBeVisibleAsync();
        await page.Button("Choose another file").ClickAsync();
        using var proof = Issue($"CN={code}", root, isCa: false);
        await UploadAsync(page, "Verification certificate .pem or .cer file", "proof.pem", proof.ExportCertificatePem());
        await page.Button("Verify").ClickAsync();
        await Expect(page.Toast("t12-root is verified")).ToBeVisibleAsync();

        await portal.GoAsync(page, "/i/default/enrollments/groups/new");
        await page.GetByLabel("X.509 certificates uploaded").CheckAsync();
        await page.GetByLabel("Primary certificate").SelectOptionAsync(new SelectOptionValue { Label = "t12-root (Verified)" });
        await page.GetByLabel("Group name").FillAsync("t4a-group");
        await page.Button("Review + create").First.ClickAsync();
        await page.Button("Create").ClickAsync();
        await Expect(page.GetByText("Its devices can register now")).ToBeVisibleAsync();
        using var device = Issue("CN=t4a-device", root, isCa: false);
        Assert.Contains("\"t4a-device\"", await RegisterAsync("t4a-device", device));

        // T25: another root comes into the second slot, and devices of both are admitted.
        using var next = Issue("CN=T25 Root", issuer: null, isCa: true);
        await portal.GoAsync(page, "/i/default/certificates");
        await page.Button("Add").ClickAsync();
        await page.GetByLabel("Certificate name").FillAsync("t25-root");
        await UploadAsync(page, "Certificate .pem or .cer file", "next.pem", next.ExportCertificatePem());
        await page.GetByLabel("Set certificate status to verified on upload").CheckAsync();
        await page.Button("Save").ClickAsync();
        await Expect(page.Button("t25-root")).ToBeVisibleAsync();
        await portal.GoAsync(page, "/i/default/enrollments/groups/t4a-group/credentials");
        await page.GetByLabel("Secondary certificate").SelectOptionAsync(new SelectOptionValue { Label = "t25-root (Verified)" });
        await page.Button("Save").ClickAsync();
        await Expect(page.Toast("Credentials of t4a-group are saved.")).ToBeVisibleAsync();
        using var young = Issue("CN=t25-device", next, isCa: false);
        Assert.Contains("\"t25-device\"", await RegisterAsync("t25-device", young));
        Assert.Contains("\"t4a-device\"", await RegisterAsync("t4a-device", device));

        // The old root goes by its name, and the group goes on with the new one.
        await portal.GoAsync(page, "/i/default/certificates");
        await page.Button("t12-root").ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Delete", Exact = true }).ClickAsync();
        await Expect(page.Button("OK")).ToBeDisabledAsync();
        await page.GetByLabel("Type the name t12-root to confirm").FillAsync("t12-roof");
        await Expect(page.Button("OK")).ToBeDisabledAsync();
        await page.GetByLabel("Type the name t12-root to confirm").FillAsync("t12-root");
        await page.Button("OK").ClickAsync();
        await Expect(page.Button("t12-root")).ToHaveCountAsync(0);
        Assert.Contains("\"t25-device\"", await RegisterAsync("t25-device", young));
        Assert.False((await TestCertificates.RegisterAsync(portal, "t4a-device", device)).IsAssigned);
    }

    [Fact]
    public async Task A_private_key_is_refused_with_a_warning_and_certificates_are_found_in_junk()
    {
        using var certificate = Issue("CN=junk-device", issuer: null, isCa: false);
        using var key = certificate.GetECDsaPrivateKey()!;
        var page = await portal.OpenAsync("/i/default/enrollments/individual/new");
        await page.GetByLabel("X.509 client certificates").CheckAsync();
        await UploadAsync(page, "Primary certificate", "both.pem", certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
        await Expect(page.GetByText("treat the key as exposed")).ToBeVisibleAsync();
        await Expect(page.GetByLabel("Registration ID")).ToHaveValueAsync("");

        await UploadAsync(page, "Primary certificate", "junk.pem", "Bag Attributes: x\r\nsubject=CN = y\r\n" + certificate.ExportCertificatePem().ReplaceLineEndings("\r\n") + "\r\ntail");
        await Expect(page.GetByLabel("Registration ID")).ToHaveValueAsync("junk-device");
    }

    private static Task UploadAsync(IPage page, string label, string name, string pem) => page.UploadAsync(label, name, Encoding.UTF8.GetBytes(pem));

    private static X509Certificate2 Issue(string subject, X509Certificate2? issuer, bool isCa)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isCa, false, 0, true));
        var now = DateTimeOffset.UtcNow;
        if (issuer is null) return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        using var issued = request.Create(issuer, now.AddHours(-1), now.AddDays(7), RandomNumberGenerator.GetBytes(12));
        return issued.CopyWithPrivateKey(key);
    }

    private async Task<string> RegisterAsync(string id, X509Certificate2 certificate)
    {
        // The platform's TLS takes a key only from a file format it knows.
        using var usable = X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.ImportFromPemFile(portal.Server.Endpoints.RootCertificate!);
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = trust;
        handler.SslOptions.ClientCertificates = [usable];
        handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => usable;
        using var client = new HttpClient(handler);
        using var body = new StringContent($$"""{"registrationId":"{{id}}"}""", MediaTypeHeaderValue.Parse("application/json"));
        using var answer = await client.PutAsync(
            $"https://localhost:{portal.Server.HttpsPort}/{portal.Server.Endpoints.IdScope}/registrations/{id}/register?api-version=2021-06-01", body);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        Assert.Contains("\"assigned\"", text);
        return text;
    }
}
