using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Muster.Core.Audit;
using Muster.TestKit;

namespace Muster.ManagementApi.Tests;

/// <summary>The certificate operations as clients see them (management-api A-10, items 12 to 15 and 22 of A-17).</summary>
public sealed class CertificateTests(ManagementFixture fixture) : IClassFixture<ManagementFixture>
{
    private static readonly TestCertificate Root = TestCertificate.SelfSigned("CN=Contoso Root, O=Contoso");

    [Fact]
    public async Task Resource_has_the_members_of_the_original()
    {
        var put = await fixture.PutAsync("shape", Base64(Root.Pem));
        Assert.Equal(HttpStatusCode.OK, put.Status);
        var properties = put.Json.GetProperty("properties");
        Assert.Equal("Contoso Root", properties.GetProperty("subject").GetString());
        Assert.Matches("^[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT$", properties.GetProperty("expiry").GetString());
        Assert.Matches("^[0-9A-F]{40}$", properties.GetProperty("thumbprint").GetString());
        Assert.False(properties.GetProperty("isVerified").GetBoolean());
        Assert.Equal(JsonValueKind.Null, properties.GetProperty("certificate").ValueKind);
        Assert.EndsWith("/provisioningServices/default/certificates/shape", put.Json.GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Equal("Microsoft.Devices/provisioningServices/Certificates", put.Json.GetProperty("type").GetString());
        Assert.Equal(put.Json.GetProperty("etag").GetString(), put.Headers["ETag"]);

        Assert.Equal(put.Text, (await fixture.SendAsync(HttpMethod.Get, "/shape")).Text);
        var listed = (await fixture.SendAsync(HttpMethod.Get, "")).Json.GetProperty("value");
        Assert.Contains(listed.EnumerateArray(), item => item.GetRawText() == put.Text);
        await fixture.SendAsync(HttpMethod.Delete, "/shape", ifMatch: "*");
    }

    [Fact]
    public async Task Writes_are_on_record_with_policy_address_and_request()
    {
        Assert.Equal(HttpStatusCode.OK, (await fixture.PutAsync("audited", Base64(Root.Pem))).Status);
        Assert.Equal(HttpStatusCode.OK, (await fixture.SendAsync(HttpMethod.Post, "/audited/generateVerificationCode", ifMatch: "*")).Status);
        Assert.Equal(HttpStatusCode.OK, (await fixture.SendAsync(HttpMethod.Delete, "/audited", ifMatch: "*")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await fixture.SendAsync(HttpMethod.Delete, "/audited", ifMatch: "*")).Status);

        var log = fixture.Server.Server.Services.GetRequiredService<IAuditLog>();
        var filter = new AuditFilter { Entity = AuditEntity.CaCertificate, EntityId = "audited" };
        var entries = (await log.ListAsync("default", filter, CancellationToken.None)).Select(record => record.Entry).ToList();
        Assert.Equal([AuditAction.Delete, AuditAction.Update, AuditAction.Create], entries.Select(entry => entry.Action));
        Assert.All(entries, entry =>
        {
            Assert.Equal((AuditCallerKind.AccessPolicy, "provisioningserviceowner"), (entry.Caller.Kind, entry.Caller.Name));
            Assert.True(IPAddress.TryParse(entry.Caller.Address, out _));
            Assert.NotNull(entry.Caller.TrackingId);
        });
    }

    public static TheoryData<string, string, int> Contents()
    {
        var pem = Root.Pem.ReplaceLineEndings("\n");
        return new()
        {
            { "Base64 of DER", Root.Base64, 200 },
            { "Base64 of PEM with LF", Base64(pem), 200 },
            { "Base64 of PEM with CR LF", Base64(pem.ReplaceLineEndings("\r\n")), 200 },
            { "PEM text", pem, 200 },
            { "PEM text with blanks before it", "\n  " + pem, 200 },
            { "two certificates: the first counts", Base64(pem + "\n" + TestCertificate.SelfSigned("CN=Second").Pem), 200 },
            { "private key in the file", Base64(pem + "\n" + Root.KeyPem), 400 },
            { "garbage", "bm90IGEgY2VydGlmaWNhdGU=", 400 },
            { "no Base64", "%%%", 400 },
            { "empty", "", 400 },
            { "truncated DER", Convert.ToBase64String(Root.Der[..^3]), 400 },
        };
    }

    [Theory]
    [MemberData(nameof(Contents))]
    public async Task Content_is_understood_or_refused(string name, string content, int status)
    {
        foreach (var nested in new[] { false, true })
        {
            var answer = await fixture.PutAsync("content", content, nested: nested, ifMatch: "*");
            Assert.True((int)answer.Status == status, $"{name}: {answer.Text}");
            if (status == 200)
                Assert.Equal("Contoso Root", answer.Json.GetProperty("properties").GetProperty("subject").GetString());
            else
                AssertProviderError(answer, 400008);
        }

        await fixture.SendAsync(HttpMethod.Delete, "/content", ifMatch: "*");
    }

    [Fact]
    public async Task Etag_changes_with_every_write_and_conditions_hold()
    {
        var first = Etag(await fixture.PutAsync("tags", Root.Base64));
        AssertProviderError(await fixture.PutAsync("tags", Root.Base64), 412002);
        AssertProviderError(await fixture.PutAsync("tags", Root.Base64, ifMatch: "\"wrong\""), 412001);
        var second = Etag(await fixture.PutAsync("tags", Root.Base64, ifMatch: first));
        AssertProviderError(await fixture.SendAsync(HttpMethod.Post, "/tags/generateVerificationCode", ifMatch: first), 412001);
        var third = Etag(await fixture.SendAsync(HttpMethod.Post, "/tags/generateVerificationCode", ifMatch: second));
        var fourth = Etag(await fixture.PutAsync("tags", Root.Base64, ifMatch: ""));
        Assert.Equal(4, new[] { first, second, third, fourth }.Distinct().Count());

        AssertProviderError(await fixture.SendAsync(HttpMethod.Post, "/tags/generateVerificationCode"), 400006);
        AssertProviderError(await fixture.SendAsync(HttpMethod.Delete, "/tags"), 400006);
        AssertProviderError(await fixture.SendAsync(HttpMethod.Delete, "/tags", ifMatch: third), 412001);
        var deleted = await fixture.SendAsync(HttpMethod.Delete, "/tags", ifMatch: "*");
        Assert.Equal((HttpStatusCode.OK, ""), (deleted.Status, deleted.Text));
        Assert.Equal(HttpStatusCode.NoContent, (await fixture.SendAsync(HttpMethod.Delete, "/tags", ifMatch: "*")).Status);
        AssertProviderError(await fixture.SendAsync(HttpMethod.Get, "/tags"), 404205);
    }

    [Theory] // checklist item 15 of behaviour, item 14 of A-17
    [InlineData("P-256", false)]
    [InlineData("P-384", false)]
    [InlineData("RSA-2048", false)]
    [InlineData("RSA-4096", false)]
    [InlineData("RSA-2048", true)]
    public async Task Possession_is_proved_by_a_certificate_for_the_code(string key, bool isPss)
    {
        var root = TestCertificate.SelfSigned("CN=Owner", CertificateShape.Authority with { Key = key });
        var name = $"proof-{key}-{isPss}";
        await fixture.PutAsync(name, root.Base64);
        var code = await CodeAsync(name);
        Assert.Matches("^[0-9A-F]{48}$", code);

        AssertProviderError(await VerifyAsync(name, root.Issue("CN=" + new string('0', 48))), 400009, "subject common name is not the verification code");
        AssertProviderError(await VerifyAsync(name, TestCertificate.SelfSigned("CN=Owner").Issue("CN=" + code)), 400009, $"not signed by certificate '{name}'");
        AssertProviderError(await VerifyAsync(name, root.Issue("CN=" + code, new() { Begins = Days(-9), Ends = Days(-1) })), 400009, "expired");
        AssertProviderError(await VerifyAsync(name, root.Issue("CN=" + code, new() { Begins = Days(1) })), 400009, "not valid yet");

        var verified = await VerifyAsync(name, root.Issue("CN=" + code.ToLowerInvariant(), new() { IsPss = isPss }));
        Assert.Equal(HttpStatusCode.OK, verified.Status);
        Assert.True(verified.Json.GetProperty("properties").GetProperty("isVerified").GetBoolean());
        AssertProviderError(await VerifyAsync(name, root.Issue("CN=" + code)), 400009, "no verification code was generated");

        var replaced = await fixture.PutAsync(name, Root.Base64, ifMatch: "*");
        Assert.False(replaced.Json.GetProperty("properties").GetProperty("isVerified").GetBoolean());
        await fixture.SendAsync(HttpMethod.Delete, "/" + name, ifMatch: "*");
    }

    [Fact]
    public async Task Newer_code_replaces_the_older_one_and_shows_the_uploaded_content()
    {
        var uploaded = Base64(Root.Pem);
        await fixture.PutAsync("codes", uploaded);
        var first = await CodeAsync("codes");
        var answer = await fixture.SendAsync(HttpMethod.Post, "/codes/generateVerificationCode?certificate.name=codes", ifMatch: "*");
        var properties = answer.Json.GetProperty("properties");
        Assert.Equal(uploaded, properties.GetProperty("certificate").GetString());
        var second = properties.GetProperty("verificationCode").GetString()!;
        Assert.NotEqual(first, second);
        AssertProviderError(await VerifyAsync("codes", Root.Issue("CN=" + first)), 400009);
        Assert.Equal(HttpStatusCode.OK, (await VerifyAsync("codes", Root.Issue("CN=" + second))).Status);
        await fixture.SendAsync(HttpMethod.Delete, "/codes", ifMatch: "*");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Upload_that_asserts_possession_is_verified_and_its_group_provisions(bool nested)
    {
        var name = "asserted" + nested;
        var answer = await fixture.PutAsync(name, Root.Base64, isVerified: true, nested: nested);
        Assert.True(answer.Json.GetProperty("properties").GetProperty("isVerified").GetBoolean());
        await fixture.Server.EnrollWithAsync("/enrollmentGroups/" + name, CertificateDevice.Reference(name));
        var device = await fixture.Server.RegisterAsync(name, Root.Issue("CN=" + name));
        Assert.Equal("assigned", device.Json.GetProperty("status").GetString());

        // Deleting what a group references is possible, and shuts its devices out (checklist item 16 of behaviour).
        await fixture.SendAsync(HttpMethod.Delete, "/" + name, ifMatch: "*");
        var refused = await fixture.Server.RegisterAsync(name, Root.Issue("CN=" + name));
        Assert.Equal(401002, refused.ErrorCode);
        await fixture.Server.ServiceAsync(HttpMethod.Delete, "/enrollmentGroups/" + name);
    }

    [Fact]
    public async Task Twenty_sixth_certificate_is_refused()
    {
        await using var own = new ManagementFixture();
        await own.InitializeAsync();
        for (var i = 0; i < 25; i++) Assert.Equal(HttpStatusCode.OK, (await own.PutAsync($"ca{i}", Root.Base64)).Status);
        AssertProviderError(await own.PutAsync("ca25", Root.Base64), 403101);
        Assert.Equal(HttpStatusCode.OK, (await own.PutAsync("CA0", Root.Base64, ifMatch: "*")).Status);
    }

    [Fact]
    public async Task Paths_compare_without_case_and_names_keep_their_spelling()
    {
        await fixture.PutAsync("Mixed Case-1", Root.Base64);
        var path = "/SUBSCRIPTIONS/" + Guid.NewGuid() + "/resourcegroups/rg/PROVIDERS/microsoft.devices/ProvisioningServices/DEFAULT/Certificates/mixed%20case-1";
        var answer = await fixture.SendRawAsync(HttpMethod.Get, path + "?api-version=2021-10-15", fixture.Token());
        Assert.Equal("Mixed Case-1", answer.Json.GetProperty("name").GetString());
        await fixture.SendAsync(HttpMethod.Delete, "/mixed%20case-1", ifMatch: "*");
    }

    private async Task<string> CodeAsync(string name)
    {
        var answer = await fixture.SendAsync(HttpMethod.Post, $"/{name}/generateVerificationCode", ifMatch: "*");
        return answer.Json.GetProperty("properties").GetProperty("verificationCode").GetString()!;
    }

    private Task<JsonAnswer> VerifyAsync(string name, TestCertificate proof) =>
        fixture.SendAsync(HttpMethod.Post, $"/{name}/verify", $$"""{"certificate":"{{Base64(proof.Pem)}}"}""", ifMatch: "*");

    private static void AssertProviderError(JsonAnswer answer, int code, string words = "")
    {
        Assert.Equal((code / 1000, code), ((int)answer.Status, answer.Json.GetProperty("code").GetInt32()));
        Assert.Equal(((HttpStatusCode)(code / 1000)).ToString(), answer.Json.GetProperty("httpStatusCode").GetString());
        var message = answer.Json.GetProperty("message").GetString();
        Assert.Contains(words, message, StringComparison.Ordinal);
        Assert.EndsWith($"errorcode: IH{code}.", message, StringComparison.Ordinal);
    }

    private static string Etag(JsonAnswer answer) => answer.Json.GetProperty("etag").GetString()!;

    private static string Base64(string text) => Convert.ToBase64String(Encoding.ASCII.GetBytes(text));

    private static TimeSpan Days(int days) => TimeSpan.FromDays(days);
}
