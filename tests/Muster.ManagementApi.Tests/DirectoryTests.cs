using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;
using Muster.Api.Directories;
using Muster.Core.Audit;
using Muster.TestKit;

namespace Muster.ManagementApi.Tests;

/// <summary>Callers with a bearer token of an OpenID Connect issuer: what its roles permit, and which tokens hold (management-api A-9).</summary>
public sealed class DirectoryTests : IAsyncLifetime
{
    private const string Audience = "https://management.azure.com/";
    private const string Prefix = "Microsoft.Devices/provisioningServices/";
    private const string Target = ManagementFixture.Path + "?api-version=2022-12-12";

    private static readonly TestCertificate Root = TestCertificate.SelfSigned("CN=Directory root");

    private TestIssuer _issuer = null!;
    private ManagementFixture _fixture = null!;

    public async ValueTask InitializeAsync()
    {
        _issuer = await TestIssuer.StartAsync();
        var options = new DirectoryOptions
        {
            Authority = new Uri(_issuer.Address),
            Roles = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal)
            {
                ["fleet-admins"] = DirectoryRoles.ActionsOf("manager")!,
                ["auditors"] = DirectoryRoles.ActionsOf("management-reader")!,
                ["uploaders"] = DirectoryRoles.ActionsOf("certificates/write")!,
                ["enrollers"] = DirectoryRoles.ActionsOf("contributor")!,
            },
        };
        _fixture = new ManagementFixture
        {
            Configure = services => services.AddSingleton(provider => new DirectoryTokens(options, provider.GetRequiredService<TimeProvider>())),
        };
        await _fixture.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _fixture.DisposeAsync();
        await _issuer.DisposeAsync();
    }

    // Value of the claim "roles", and the answers to put, get, list, generateVerificationCode, verify, delete.
    [Theory]
    [InlineData("Fleet-Admins", "200 200 200 200 400 200")]
    [InlineData("auditors", "403 200 200 403 403 403")]
    [InlineData("uploaders", "200 403 403 403 403 403")]
    [InlineData(Prefix + "certificates/read", "403 200 200 403 403 403")]
    [InlineData(Prefix + "certificates/write", "200 403 403 403 403 403")]
    [InlineData(Prefix + "certificates/delete", "403 403 403 403 403 200")]
    [InlineData(Prefix + "certificates/generateVerificationCode/action", "403 403 403 200 403 403")]
    [InlineData(Prefix + "certificates/verify/action", "403 403 403 403 400 403")]
    [InlineData(Prefix + "write", "403 403 403 403 403 403")]
    [InlineData("enrollers", "403 403 403 403 403 403")]
    [InlineData("Device Provisioning Service Data Contributor", "403 403 403 403 403 403")]
    [InlineData("Owner", "403 403 403 403 403 403")]
    public async Task Role_permits_operations(string role, string expected)
    {
        Assert.Equal(HttpStatusCode.OK, (await _fixture.PutAsync("ca", Root.Base64, ifMatch: "*")).Status);
        var token = Bearer(_issuer.Sign(Claims(role), Audience));
        var content = $$"""{"certificate":"{{Root.Base64}}"}""";
        JsonAnswer[] answers =
        [
            await SendAsync(HttpMethod.Put, "/ca", token, content),
            await SendAsync(HttpMethod.Get, "/ca", token),
            await SendAsync(HttpMethod.Get, "", token),
            await SendAsync(HttpMethod.Post, "/ca/generateVerificationCode", token),
            await SendAsync(HttpMethod.Post, "/ca/verify", token, content),
            await SendAsync(HttpMethod.Delete, "/ca", token),
        ];
        Assert.Equal(expected, string.Join(' ', answers.Select(answer => (int)answer.Status)));
        foreach (var refused in answers.Where(answer => answer.Status == HttpStatusCode.Forbidden))
        {
            AssertError(refused, HttpStatusCode.Forbidden, "AuthorizationFailed");
            Assert.StartsWith($"The client 'me' does not have authorization to perform action '{Prefix}certificates/", Message(refused), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("right", 200)]
    [InlineData("the other audience of the original", 200)]
    [InlineData("audience without its slash", 200)]
    [InlineData("audience of the service API", 401)]
    [InlineData("another audience", 401)]
    [InlineData("another issuer", 401)]
    [InlineData("expired", 401)]
    [InlineData("unsigned", 401)]
    [InlineData("another key", 401)]
    [InlineData("public key as a shared one", 401)]
    [InlineData("tampered", 401)]
    [InlineData("no token", 401)]
    [InlineData("empty", 401)]
    public async Task Token_must_hold(string flaw, int expected)
    {
        var claims = Claims("fleet-admins");
        var presented = flaw switch
        {
            "the other audience of the original" => _issuer.Sign(claims, "https://management.core.windows.net/"),
            "audience without its slash" => _issuer.Sign(claims, Audience.TrimEnd('/')),
            "audience of the service API" => _issuer.Sign(claims, DirectoryOptions.DefaultAudience),
            "another audience" => _issuer.Sign(claims, "https://vault.azure.net"),
            "another issuer" => _issuer.Sign(claims, Audience, issuer: "https://issuer.example.org"),
            "expired" => _issuer.Sign(claims, Audience, lifetime: TimeSpan.FromHours(-1)),
            "unsigned" => _issuer.Sign(claims, Audience, algorithm: null),
            "another key" => _issuer.Sign(claims, Audience, key: TestIssuer.NewKey()),
            "public key as a shared one" => _issuer.Sign(
                claims, Audience, key: new SymmetricSecurityKey(_issuer.Key.Rsa.ExportSubjectPublicKeyInfo()), algorithm: SecurityAlgorithms.HmacSha256),
            "tampered" => Tamper(_issuer.Sign(Claims("auditors"), Audience)),
            "no token" => "abc",
            "empty" => "",
            _ => _issuer.Sign(claims, Audience),
        };
        var answer = await _fixture.SendRawAsync(HttpMethod.Get, Target, Bearer(presented));
        Assert.Equal(expected, (int)answer.Status);
        if (expected == 200) return;
        AssertError(answer, HttpStatusCode.Unauthorized, "AuthenticationFailed");
        Assert.Equal($"SharedAccessSignature,Bearer authorization_uri=\"{_issuer.Address}\"", answer.Headers["WWW-Authenticate"].Replace(", ", ",", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Audit_names_the_subject_and_tells_it_from_a_policy()
    {
        await _fixture.PutAsync("audited", Root.Base64);
        var deleted = await SendAsync(HttpMethod.Delete, "/audited", Bearer(_issuer.Sign(Claims("fleet-admins"), Audience)));
        Assert.Equal(HttpStatusCode.OK, deleted.Status);
        var log = _fixture.Server.Server.Services.GetRequiredService<IAuditLog>();
        var entries = await log.ListAsync("default", new AuditFilter { Entity = AuditEntity.CaCertificate, EntityId = "audited" }, CancellationToken.None);
        Assert.Equal(
            [(AuditCallerKind.DirectorySubject, "me"), (AuditCallerKind.AccessPolicy, "provisioningserviceowner")],
            entries.Select(record => (record.Entry.Caller.Kind, record.Entry.Caller.Name)));
    }

    [Fact]
    public async Task Token_for_the_management_API_opens_nothing_on_the_service_API()
    {
        var target = $"/enrollments/any?api-version={RunningServer.ApiVersion}";
        var management = await _fixture.SendRawAsync(HttpMethod.Get, target, Bearer(_issuer.Sign(Claims("enrollers"), Audience)));
        Assert.Equal(HttpStatusCode.Unauthorized, management.Status);
        var service = await _fixture.SendRawAsync(HttpMethod.Get, target, Bearer(_issuer.Sign(Claims("enrollers"), DirectoryOptions.DefaultAudience)));
        Assert.Equal((HttpStatusCode.NotFound, 404201), (service.Status, service.ErrorCode));
    }

    [Fact]
    public async Task Issuer_that_does_not_answer_is_a_temporary_failure()
    {
        var token = Bearer(_issuer.Sign(Claims("fleet-admins"), Audience));
        await _issuer.DisposeAsync();
        AssertError(await _fixture.SendRawAsync(HttpMethod.Get, Target, token), HttpStatusCode.ServiceUnavailable, "ServiceUnavailable");
    }

    [Fact]
    public async Task Without_a_directory_no_token_holds_and_none_is_asked_for()
    {
        await using var plain = new ManagementFixture();
        await plain.InitializeAsync();
        var answer = await plain.SendRawAsync(HttpMethod.Get, Target, Bearer(_issuer.Sign(Claims("fleet-admins"), Audience)));
        AssertError(answer, HttpStatusCode.Unauthorized, "AuthenticationFailed");
        Assert.Equal("SharedAccessSignature", answer.Headers["WWW-Authenticate"]);
    }

    private Task<JsonAnswer> SendAsync(HttpMethod method, string path, string token, string? body = null) =>
        _fixture.SendRawAsync(method, $"{ManagementFixture.Path}{path}?api-version=2022-12-12", token, body, method == HttpMethod.Get ? null : "*");

    private static Dictionary<string, object> Claims(string role) => new(StringComparer.Ordinal) { ["roles"] = new[] { "other", role }, ["sub"] = "me" };

    private static string Bearer(string token) => "Bearer " + token;

    private static string Tamper(string token)
    {
        var parts = token.Split('.');
        var claims = Encoding.UTF8.GetString(Base64UrlEncoder.DecodeBytes(parts[1]));
        parts[1] = Base64UrlEncoder.Encode(claims.Replace("auditors", "fleet-admins", StringComparison.Ordinal));
        return string.Join('.', parts);
    }

    private static string Message(JsonAnswer answer) => Error(answer).GetProperty("message").GetString()!;

    private static JsonElement Error(JsonAnswer answer) => answer.Json.GetProperty("error");

    private static void AssertError(JsonAnswer answer, HttpStatusCode status, string code)
    {
        Assert.Equal(status, answer.Status);
        Assert.Equal(code, Error(answer).GetProperty("code").GetString());
    }
}
