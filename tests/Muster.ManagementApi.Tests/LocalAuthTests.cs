using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Muster.Api.Directories;
using Muster.Core.Audit;
using Muster.TestKit;

namespace Muster.ManagementApi.Tests;

/// <summary><c>disableLocalAuth</c>: no shared access signature holds, devices are unaffected (management-api, checklist 18).</summary>
public sealed class LocalAuthTests : IAsyncLifetime
{
    private const string Service = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg1/providers/Microsoft.Devices"
        + "/provisioningServices/default";

    private TestIssuer _issuer = null!;
    private ManagementFixture _fixture = null!;

    public async ValueTask InitializeAsync()
    {
        _issuer = await TestIssuer.StartAsync();
        var options = new DirectoryOptions
        {
            Authority = new Uri(_issuer.Address),
            Roles = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal) { ["admins"] = DirectoryRoles.ActionsOf("manager")! },
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

    [Fact]
    public async Task No_signature_holds_devices_are_unaffected_and_older_clients_do_not_reset_it()
    {
        var server = _fixture.Server;
        var key = Convert.ToBase64String(new byte[32]);
        await server.EnrollAsync("dev-1", key);
        Assert.False(Properties(await SendAsync(HttpMethod.Get, "2026-08-31")).TryGetProperty("disableLocalAuth", out _));

        var answer = await SendAsync(HttpMethod.Put, "2026-08-31", """{"properties":{"disableLocalAuth":true}}""");
        Assert.True(Properties(answer).GetProperty("disableLocalAuth").GetBoolean());
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.ServiceAsync(HttpMethod.Get, "/enrollments/dev-1")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await _fixture.SendRawAsync(HttpMethod.Get, Service + "?api-version=2021-10-15", _fixture.Token())).Status);
        Assert.Equal("assigned", (await server.RegisterAsync("dev-1", server.DeviceToken("dev-1", key))).Json.GetProperty("status").GetString());

        // A client of 2021-10-15 reads the whole, knows nothing of the member and sends back the rest.
        var read = JsonNode.Parse((await SendAsync(HttpMethod.Get, "2021-10-15")).Text)!;
        read["properties"]!.AsObject().Remove("disableLocalAuth");
        read["properties"]!["allocationPolicy"] = "Static";
        answer = await SendAsync(HttpMethod.Put, "2021-10-15", read.ToJsonString());
        Assert.True(Properties(answer).GetProperty("disableLocalAuth").GetBoolean());
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.ServiceAsync(HttpMethod.Get, "/enrollments/dev-1")).Status);

        answer = await SendAsync(HttpMethod.Put, "2026-08-31", """{"properties":{"disableLocalAuth":false}}""");
        Assert.False(Properties(answer).GetProperty("disableLocalAuth").GetBoolean());
        Assert.Equal(HttpStatusCode.OK, (await server.ServiceAsync(HttpMethod.Get, "/enrollments/dev-1")).Status);

        var log = server.Server.Services.GetRequiredService<IAuditLog>();
        var entries = (await log.ListAsync("default", new AuditFilter { Entity = AuditEntity.Instance }, CancellationToken.None))
            .Select(record => record.Entry).Where(entry => entry.Changes.Any(change => change.Path == "disableLocalAuth")).ToList();
        Assert.Equal([("true", "false"), (null, "true")], entries.Select(entry => entry.Changes.Single(change => change.Path == "disableLocalAuth"))
            .Select(change => (change.Old, change.New)));
        Assert.All(entries, entry => Assert.Equal((AuditCallerKind.DirectorySubject, "me"), (entry.Caller.Kind, entry.Caller.Name)));
    }

    [Theory]
    [InlineData("""{"properties":{"disableLocalAuth":"yes"}}""", HttpStatusCode.BadRequest, null)]
    [InlineData("""{"properties":{"disableLocalAuth":true}}""", HttpStatusCode.PreconditionFailed, "AAAA")]
    public async Task What_is_wrong_is_told_and_changes_nothing(string body, HttpStatusCode status, string? ifMatch)
    {
        Assert.Equal(status, (await SendAsync(HttpMethod.Put, "2026-08-31", body, ifMatch)).Status);
        Assert.Null(_fixture.Server.Instance.DisableLocalAuth);
    }

    private static JsonElement Properties(JsonAnswer answer)
    {
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        return answer.Json.GetProperty("properties");
    }

    private Task<JsonAnswer> SendAsync(HttpMethod method, string version, string? body = null, string? ifMatch = null) => _fixture.SendRawAsync(
        method, $"{Service}?api-version={version}",
        "Bearer " + _issuer.Sign(new Dictionary<string, object>(StringComparer.Ordinal) { ["roles"] = "admins", ["sub"] = "me" }, "https://management.azure.com/"),
        body, ifMatch);
}
