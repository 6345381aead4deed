using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Muster.Core.Audit;
using Muster.Core.Instances;
using Muster.Core.Networking;
using Muster.TestKit;

namespace Muster.ManagementApi.Tests;

/// <summary>Private endpoint connections and private link resources (management-api A-8), and what they do to real connections (behaviour B-14.5, B-14.7).</summary>
public sealed class PrivateEndpointTests : IAsyncLifetime
{
    private const string Service = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg1/providers/Microsoft.Devices"
        + "/provisioningServices/default";

    private static readonly IPAddress Address = IPAddress.Parse("127.0.0.6");

    private ManagementFixture _fixture = null!;

    private RunningServer Server => _fixture.Server;

    public async ValueTask InitializeAsync()
    {
        _fixture = new ManagementFixture { Options = options => options with { PrivateEndpoints = [new PrivateListener("plant-a", Address)] } };
        await _fixture.InitializeAsync();
    }

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task A_connection_is_listed_approved_rejected_and_removed()
    {
        var list = (await SendAsync(HttpMethod.Get, "/privateEndpointConnections")).Json;
        Assert.Equal(JsonValueKind.Array, list.ValueKind);
        var shown = Assert.Single(list.EnumerateArray());
        Assert.Equal(
            (Service + "/privateEndpointConnections/plant-a", "plant-a", "Microsoft.Devices/provisioningServices/privateEndpointConnections"),
            (Text(shown, "id"), Text(shown, "name"), Text(shown, "type")));
        Assert.EndsWith("/providers/Microsoft.Network/privateEndpoints/plant-a", Text(shown.GetProperty("properties").GetProperty("privateEndpoint"), "id"), StringComparison.Ordinal);
        Assert.Equal(("Pending", ""), StateOf(shown));

        var answer = await DecideAsync("PLANT-A", "approved", "by the network team");
        Assert.Equal((HttpStatusCode.OK, ("Approved", "by the network team")), (answer.Status, StateOf(answer.Json)));
        answer = await SendAsync(HttpMethod.Get, "/privateEndpointConnections/Plant-A");
        Assert.Equal(("Approved", "by the network team"), StateOf(answer.Json));
        var service = (await SendAsync(HttpMethod.Get, "")).Json.GetProperty("properties").GetProperty("privateEndpointConnections");
        Assert.Equal(("Approved", "by the network team"), StateOf(Assert.Single(service.EnumerateArray())));
        Assert.Equal(("Rejected", ""), StateOf((await DecideAsync("plant-a", "Rejected", "")).Json));

        answer = await SendAsync(HttpMethod.Delete, "/privateEndpointConnections/plant-a");
        Assert.Equal((HttpStatusCode.OK, ""), (answer.Status, answer.Text));
        Assert.Equal("[]", (await SendAsync(HttpMethod.Get, "/privateEndpointConnections")).Text);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Get, "/privateEndpointConnections/plant-a")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Delete, "/privateEndpointConnections/plant-a")).Status);

        var entries = (await Server.Server.Services.GetRequiredService<IAuditLog>().ListAsync(
            "default", new AuditFilter { Entity = AuditEntity.Instance }, CancellationToken.None)).Select(record => record.Entry);
        Assert.Equal(
            ["Rejected>", "Approved>Rejected", "Pending>Approved", ">Pending"],
            entries.SelectMany(entry => entry.Changes).Where(change => change.Path == "privateEndpointConnections.plant-a.status")
                .Select(change => $"{change.Old}>{change.New}"));
    }

    [Theory]
    [InlineData("plant-b", """{"properties":{"privateLinkServiceConnectionState":{"status":"Approved","description":""}}}""", 404, "does not exist")]
    [InlineData("plant-a", """{"properties":{"privateLinkServiceConnectionState":{"status":"Approved"}}}""", 400, "'description'")]
    [InlineData("plant-a", """{"properties":{"privateLinkServiceConnectionState":{"description":"x"}}}""", 400, "'status'")]
    [InlineData("plant-a", """{"properties":{"privateLinkServiceConnectionState":{"status":"Maybe","description":""}}}""", 400, "one of Pending")]
    [InlineData("plant-a", """{"properties":{"privateLinkServiceConnectionState":{"status":"Disconnected","description":""}}}""", 400, "Approved and Rejected only")]
    [InlineData("plant-a", """{"properties":{"privateLinkServiceConnectionState":{"status":"Approved","description":"a\nb"}}}""", 400, "line breaks")]
    [InlineData("plant-a", """{"properties":{"privateLinkServiceConnectionState":5}}""", 400, "must be an object")]
    [InlineData("plant-a", "{}", 400, "required")]
    [InlineData("plant-a", "[]", 400, "JSON object")]
    [InlineData("plant-a", "{", 400, "")]
    public async Task What_is_wrong_is_told_and_changes_nothing(string name, string body, int status, string text)
    {
        var answer = await SendAsync(HttpMethod.Put, "/privateEndpointConnections/" + name, body);
        Assert.Equal(status, (int)answer.Status);
        Assert.Contains(text, answer.Text, StringComparison.Ordinal);
        Assert.Equal(PrivateEndpointStatus.Pending, Server.Instance.PrivateEndpointConnections![0].Status);
    }

    [Fact]
    public async Task Private_link_resources_name_the_service()
    {
        var answer = await SendAsync(HttpMethod.Get, "/privateLinkResources");
        var resource = Assert.Single(answer.Json.GetProperty("value").EnumerateArray());
        Assert.Equal("iotDps", Text(resource.GetProperty("properties"), "groupId"));
        Assert.Equal(resource.GetRawText(), (await SendAsync(HttpMethod.Get, "/privateLinkResources/iotdps")).Json.GetRawText());
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Get, "/privateLinkResources/other")).Status);
    }

    [Fact]
    public async Task Over_an_approved_endpoint_back_ends_and_devices_are_let_in_while_the_public_network_is_disabled()
    {
        var key = Convert.ToBase64String(new byte[32]);
        await Server.EnrollAsync("dev", key);
        var instances = Server.Server.Services.GetRequiredService<InstanceService>();
        await instances.SetNetworkAsync(
            AuditCaller.Process, "default", new NetworkRules { Access = PublicNetworkAccess.Disabled }, ifETag: null, CancellationToken.None);
        using var over = Server.CreateClient(address: Address);
        Assert.Equal((401, 401, 401, 401), (await CallAsync(Server.Client), await RegisterAsync(Server.Client), await CallAsync(over), await RegisterAsync(over)));

        // The management API is not filtered: it is how an administrator recovers (behaviour B-14.6).
        Assert.Equal(HttpStatusCode.OK, (await DecideAsync("plant-a", "Approved", "")).Status);
        Assert.Equal((401, 401, 200, 202), (await CallAsync(Server.Client), await RegisterAsync(Server.Client), await CallAsync(over), await RegisterAsync(over)));
        Assert.Equal(HttpStatusCode.OK, (await DecideAsync("plant-a", "Rejected", "")).Status);
        Assert.Equal((401, 401), (await CallAsync(over), await RegisterAsync(over)));

        async Task<int> CallAsync(HttpClient client)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/enrollments/dev?api-version={RunningServer.ApiVersion}");
            request.Headers.TryAddWithoutValidation("Authorization", Server.ServiceToken());
            using var response = await client.SendAsync(request);
            return (int)response.StatusCode;
        }

        async Task<int> RegisterAsync(HttpClient client)
        {
            using var request = new HttpRequestMessage(
                HttpMethod.Put, $"/{Server.IdScope}/registrations/dev/register?api-version={RunningServer.ApiVersion}");
            request.Headers.TryAddWithoutValidation("Authorization", Server.DeviceToken("dev", key));
            using var response = await client.SendAsync(request);
            return (int)response.StatusCode;
        }
    }

    [Fact]
    public async Task Decisions_stay_over_a_restart_and_follow_the_configuration()
    {
        var folder = Directory.CreateTempSubdirectory("muster-test-").FullName;
        try
        {
            Assert.Equal("a Pending, b Pending", await StartAsync(["a", "b"], approves: "a"));
            Assert.Equal("a Approved, b Disconnected", await StartAsync(["a"], approves: null));
            Assert.Equal("a Approved, b Pending", await StartAsync(["a", "b"], approves: null));
            Assert.Equal("a Disconnected, b Disconnected", await StartAsync([], approves: null));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        async Task<string> StartAsync(string[] names, string? approves)
        {
            var server = await RunningServer.StartAsync(folder, options: options => options with
            {
                PrivateEndpoints = [.. names.Select(name => new PrivateListener(name, IPAddress.Parse("127.0.1." + (name[0] - 'a' + 1))))],
            });
            try
            {
                var service = server.Server.Services.GetRequiredService<PrivateEndpointService>();
                var found = string.Join(", ", service.List("default").Select(one => $"{one.Name} {one.Status}"));
                if (approves is not null)
                    Assert.Null(await service.DecideAsync(AuditCaller.Process, "default", approves, PrivateEndpointStatus.Approved, "", CancellationToken.None));
                return found;
            }
            finally
            {
                await server.StopAsync();
            }
        }
    }

    [Fact]
    public async Task Without_private_listeners_there_are_none()
    {
        await using var plain = new ManagementFixture();
        await plain.InitializeAsync();
        Assert.Equal("[]", (await SendAsync(plain, HttpMethod.Get, "/privateEndpointConnections")).Text);
        Assert.Equal("""{"value":[]}""", (await SendAsync(plain, HttpMethod.Get, "/privateLinkResources")).Text);
        Assert.False((await SendAsync(plain, HttpMethod.Get, "")).Json.GetProperty("properties").TryGetProperty("privateEndpointConnections", out _));
    }

    private Task<JsonAnswer> DecideAsync(string name, string status, string description) => SendAsync(
        HttpMethod.Put, "/privateEndpointConnections/" + name,
        $$$$"""{"properties":{"privateLinkServiceConnectionState":{"status":"{{{{status}}}}","description":"{{{{description}}}}"}}}""");

    private Task<JsonAnswer> SendAsync(HttpMethod method, string path, string? body = null) => SendAsync(_fixture, method, path, body);

    private static Task<JsonAnswer> SendAsync(ManagementFixture fixture, HttpMethod method, string path, string? body = null) =>
        fixture.SendRawAsync(method, $"{Service}{path}?api-version=2022-12-12", fixture.Token(), body);

    private static string Text(JsonElement parent, string name) => parent.GetProperty(name).GetString()!;

    private static (string Status, string Description) StateOf(JsonElement connection)
    {
        var state = connection.GetProperty("properties").GetProperty("privateLinkServiceConnectionState");
        return (Text(state, "status"), Text(state, "description"));
    }
}
