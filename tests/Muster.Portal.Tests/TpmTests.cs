using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Microsoft.Playwright;
using Muster.Protocols.Sas;
using Muster.TestKit;
using static Microsoft.Playwright.Assertions;

namespace Muster.Portal.Tests;

[Collection(PortalCollection.Name)]
public sealed class TpmTests(PortalFixture portal)
{
    [Fact]
    public async Task R8_T8_A_TPM_is_enrolled_by_its_endorsement_key_and_its_device_registers()
    {
        var tpm = new SoftwareTpm();
        var page = await portal.OpenAsync("/i/default/enrollments/individual/new");
        await page.GetByLabel("Trusted Platform Module (TPM)").CheckAsync();
        await page.GetByLabel("Registration ID").FillAsync("t8-device");
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Endorsement key" }).FillAsync("bm90IGEga2V5");
        await page.Button("Review + create").First.ClickAsync();
        await Expect(page.Locator("[id='attestation.tpm.endorsementKey-error']")).ToContainTextAsync("TPM2B_PUBLIC");
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Endorsement key" }).FillAsync(tpm.EndorsementKey);
        await page.Button("Review + create").First.ClickAsync();
        await page.Button("Create").ClickAsync();
        await Expect(page.GetByText("Its devices can register now")).ToBeVisibleAsync();

        var (challenged, challenge) = await RegisterAsync(tpm, nonce: null);
        Assert.Equal(HttpStatusCode.Unauthorized, challenged);
        var (assigned, answer) = await RegisterAsync(tpm, tpm.Activate(challenge.GetProperty("authenticationKey").GetBytesFromBase64()));
        Assert.Equal(HttpStatusCode.Accepted, assigned);
        Assert.Equal("assigned", answer.GetProperty("status").GetString());

        await portal.GoAsync(page, "/i/default/registrations/t8-device");
        await Expect(page.GetByText("Assigned to").First).ToBeVisibleAsync();
        await Expect(page.GetByText("challenged").First).ToBeVisibleAsync();
    }

    private async Task<(HttpStatusCode Status, JsonElement Answer)> RegisterAsync(SoftwareTpm tpm, byte[]? nonce)
    {
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.ImportFromPemFile(portal.Server.Endpoints.RootCertificate!);
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = trust;
        using var client = new HttpClient(handler);
        var resource = $"{portal.Server.Endpoints.IdScope}/registrations/t8-device";
        using var request = new HttpRequestMessage(
            HttpMethod.Put, $"https://localhost:{portal.Server.HttpsPort}/{resource}/register?api-version=2019-03-31");
        var body = $$$"""{"registrationId":"t8-device","tpm":{"endorsementKey":"{{{tpm.EndorsementKey}}}","storageRootKey":"{{{tpm.StorageRootKey}}}"}}""";
        request.Content = new StringContent(body, Encoding.UTF8, MediaTypeHeaderValue.Parse("application/json"));
        if (nonce is not null)
        {
            var token = SasTokenBuilder.Create(resource, nonce, DateTimeOffset.UtcNow.AddHours(1), "registration");
            request.Headers.TryAddWithoutValidation("Authorization", token);
        }

        using var answer = await client.SendAsync(request);
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return (answer.StatusCode, document.RootElement.Clone());
    }
}
