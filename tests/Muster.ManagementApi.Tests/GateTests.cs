using System.Net;
using Muster.Core.Audit;
using Muster.Core.Concurrency;
using Muster.Core.Instances;
using Muster.Core.Secrets;
using Muster.TestKit;

namespace Muster.ManagementApi.Tests;

/// <summary>What stands before every operation: credential, right, service, version, body (management-api ).</summary>
public sealed class GateTests(ManagementFixture fixture) : IClassFixture<ManagementFixture>
{
    private const string Target = ManagementFixture.Path + "?api-version=2022-12-12";

    [Fact]
    public async Task Missing_credential_is_401_in_the_managers_envelope()
    {
        var answer = await fixture.SendRawAsync(HttpMethod.Get, Target, token: null);
        AssertManagerError(answer, HttpStatusCode.Unauthorized, "AuthenticationFailed");
        Assert.Equal(
            "Authentication failed. The 'Authorization' header is missing.", answer.Json.GetProperty("error").GetProperty("message").GetString());
        Assert.Contains("SharedAccessSignature", answer.Headers["WWW-Authenticate"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Basic dXNlcjpwYXNz")]
    [InlineData("SharedAccessSignature sr=a&sig=b&se=4102444800&skn=provisioningserviceowner")]
    [InlineData("SharedAccessSignature garbage")]
    public async Task Bad_credential_is_401(string token) =>
        AssertManagerError(await fixture.SendRawAsync(HttpMethod.Get, Target, token), HttpStatusCode.Unauthorized, "AuthenticationFailed");

    [Fact]
    public async Task Policy_without_ServiceConfig_is_403_and_with_it_alone_suffices()
    {
        var directory = (InstanceDirectory)fixture.Server.Server.Services.GetService(typeof(InstanceDirectory))!;
        var instance = fixture.Server.Instance;
        var reader = new AccessPolicy("all-but-config", SymmetricKeyPair.Generate(), AccessRights.EnrollmentWrite | AccessRights.DeviceConnect);
        var manager = new AccessPolicy("config", SymmetricKeyPair.Generate(), AccessRights.ServiceConfig);
        await directory.PutAsync(
            AuditCaller.Process, instance,
            instance with { AccessPolicies = [.. instance.AccessPolicies, reader, manager], ETag = ETag.Create(DateTimeOffset.UtcNow) },
            CancellationToken.None);

        var refused = await fixture.SendRawAsync(HttpMethod.Get, Target, fixture.Token(reader));
        AssertManagerError(refused, HttpStatusCode.Forbidden, "AuthorizationFailed");
        Assert.Equal(HttpStatusCode.OK, (await fixture.SendRawAsync(HttpMethod.Get, Target, fixture.Token(manager))).Status);
    }

    [Fact]
    public async Task Unknown_service_is_404() => AssertManagerError(
        await fixture.SendRawAsync(HttpMethod.Get, Target.Replace("/default/", "/other/", StringComparison.Ordinal), fixture.Token()),
        HttpStatusCode.NotFound, "ResourceNotFound");

    [Theory]
    [InlineData("", "MissingApiVersionParameter")]
    [InlineData("?api-version=", "MissingApiVersionParameter")]
    [InlineData("?api-version=2019-01-01", "NoRegisteredProviderFound")]
    public async Task Version_must_be_a_known_one(string query, string code) => AssertManagerError(
        await fixture.SendRawAsync(HttpMethod.Get, ManagementFixture.Path + query, fixture.Token()), HttpStatusCode.BadRequest, code);

    [Theory]
    [InlineData("2017-11-15")]
    [InlineData("2021-10-15")]
    [InlineData("2025-02-01-preview")]
    [InlineData("2026-08-31")]
    public async Task Every_version_is_served(string version) => Assert.Equal(HttpStatusCode.OK, (await fixture.SendRawAsync(
        HttpMethod.Get, $"{ManagementFixture.Path}?api-version={version}", fixture.Token())).Status);

    [Theory]
    [InlineData("{", 400)]
    [InlineData("[]", 400)]
    [InlineData("{}", 400)]
    [InlineData("""{"certificate":5}""", 400)]
    [InlineData("""{"properties":"x"}""", 400)]
    [InlineData("""{"certificate":"\ud800"}""", 400)]
    [InlineData("""{"certificate":"AA==","isVerified":"yes"}""", 400)]
    public async Task Bad_body_is_refused_in_words(string body, int status)
    {
        var answer = await fixture.SendAsync(HttpMethod.Put, "/body", body);
        Assert.Equal(status, (int)answer.Status);
        Assert.NotEqual("", answer.Json.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Body_beyond_the_limit_is_413()
    {
        var answer = await fixture.SendAsync(HttpMethod.Put, "/body", $$"""{"certificate":"{{new string('A', 100_000)}}"}""");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.Status);
    }

    private static void AssertManagerError(JsonAnswer answer, HttpStatusCode status, string code)
    {
        Assert.Equal(status, answer.Status);
        Assert.Equal(code, answer.Json.GetProperty("error").GetProperty("code").GetString());
    }
}
