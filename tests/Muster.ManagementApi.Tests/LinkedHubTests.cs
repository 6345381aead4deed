using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Muster.CommandLine;
using Muster.Core.Hubs;
using Muster.Core.Store;
using Muster.TestKit;

namespace Muster.ManagementApi.Tests;

/// <summary>Linked hubs as members of the service resource (management-api A-4, A-7), and <c>muster hub</c> over them.</summary>
public sealed class LinkedHubTests : IAsyncLifetime
{
    private const string Service = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg1/providers/Microsoft.Devices"
        + "/provisioningServices/default";

    private readonly string _folder = Directory.CreateTempSubdirectory("muster-test-").FullName;
    private ManagementFixture _fixture = null!;
    private RestHub _hub = null!;

    public async ValueTask InitializeAsync()
    {
        _fixture = new ManagementFixture();
        await _fixture.InitializeAsync();
        _hub = await RestHub.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _hub.DisposeAsync();
        await _fixture.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task The_service_is_shown_as_clients_know_it_with_masked_keys()
    {
        var answer = await SendAsync(HttpMethod.Get);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        var shown = answer.Json;
        Assert.Equal(Service, shown.GetProperty("id").GetString());
        Assert.Equal(("default", "Microsoft.Devices/provisioningServices", "rg1", "11111111-1111-1111-1111-111111111111"),
            (Text(shown, "name"), Text(shown, "type"), Text(shown, "resourcegroup"), Text(shown, "subscriptionid")));
        Assert.Equal(8, Convert.FromBase64String(Text(shown, "etag")).Length);
        var properties = shown.GetProperty("properties");
        Assert.Equal((_fixture.Server.IdScope, "Hashed", "Active"),
            (Text(properties, "idScope"), Text(properties, "allocationPolicy"), Text(properties, "state")));
        var hub = Assert.Single(properties.GetProperty("iotHubs").EnumerateArray());
        Assert.Equal($"HostName={Text(hub, "name")};SharedAccessKeyName=iothubowner;SharedAccessKey=****", Text(hub, "connectionString"));
        Assert.False(properties.TryGetProperty("authorizationPolicies", out _));
    }

    [Fact]
    public async Task What_was_read_and_sent_back_changes_nothing()
    {
        await LinkAsync();
        var before = await LinksAsync();
        var body = (await SendAsync(HttpMethod.Get)).Text;
        var answer = await SendAsync(HttpMethod.Put, body);
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        Assert.Equal(before, await LinksAsync());
        Assert.Equal(Text(JsonDocument.Parse(body).RootElement, "etag"), Text(answer.Json, "etag"));
    }

    // Clients of other versions drop members that they do not know, and write the rest in any case.
    [Fact]
    public async Task What_an_item_does_not_say_stays_and_a_masked_key_is_the_stored_one()
    {
        await LinkAsync();
        var before = (await LinksAsync()).Single(hub => hub.HostName == _hub.HostName);
        await PutAsync(hubs =>
        {
            var item = Item(hubs);
            foreach (var name in (string[])["muster", "authenticationType", "name"]) item.Remove(name);
            item["AllocationWeight"] = 7;
        });
        var after = (await LinksAsync()).Single(hub => hub.HostName == _hub.HostName);
        Assert.Equal(before with { AllocationWeight = 7, ETag = after.ETag }, after);
        Assert.Equal(_hub.ConnectionString, after.ConnectionString.Reveal());
    }

    [Fact]
    public async Task Hubs_are_linked_changed_and_unlinked_in_one_write_and_the_key_is_never_told()
    {
        var linked = await LinkAsync();
        var key = _hub.ConnectionString.Split("SharedAccessKey=")[1];
        Assert.DoesNotContain(key, linked.Text, StringComparison.Ordinal);
        Assert.Equal(2, (await LinksAsync()).Count);

        var answer = await PutAsync(hubs =>
        {
            foreach (var other in hubs.Where(hub => (string?)hub!["name"] != _hub.HostName).ToList()) hubs.Remove(other);
            Item(hubs)["allocationWeight"] = 0;
        });
        Assert.DoesNotContain(key, answer.Text, StringComparison.Ordinal);
        var left = Assert.Single(await LinksAsync());
        Assert.Equal((_hub.HostName, false, (int?)null), (left.HostName, left.IsOpen, left.AllocationWeight));

        answer = await SendAsync(HttpMethod.Put, """{"properties":{"iotHubs":[]}}""");
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Empty(await LinksAsync());
    }

    [Theory]
    [InlineData("""{"properties":{"iotHubs":[{"connectionString":"HostName=a.test;SharedAccessKeyName=n;SharedAccessKey=AAAA"},{"connectionString":"hostname=A.test;SharedAccessKeyName=n;SharedAccessKey=AAAA"}]}}""", 400, "IH400303")]
    [InlineData("""{"properties":{"iotHubs":[{"connectionString":"HostName=a.test;SharedAccessKeyName=n;SharedAccessKey=****"}]}}""", 400, "masked")]
    [InlineData("""{"properties":{"iotHubs":[{"connectionString":"nonsense"}]}}""", 400, "connectionString")]
    [InlineData("""{"properties":{"iotHubs":[{"connectionString":"HostName=a.test;SharedAccessKeyName=n;SharedAccessKey=AAAA","allocationWeight":1001}]}}""", 400, "allocationWeight")]
    [InlineData("""{"properties":{"iotHubs":[{"connectionString":"HostName=a.test;SharedAccessKeyName=n;SharedAccessKey=AAAA","allocationWeight":"3"}]}}""", 400, "whole number")]
    [InlineData("""{"properties":{"iotHubs":[{"connectionString":"HostName=a.test;SharedAccessKeyName=n;SharedAccessKey=AAAA","muster":{"port":0}}]}}""", 400, "port")]
    [InlineData("""{"properties":{"iotHubs":[{"connectionString":"HostName=a.test;SharedAccessKeyName=n;SharedAccessKey=AAAA","muster":{"connector":"pigeon"}}]}}""", 400, "connector")]
    [InlineData("""{"properties":{"iotHubs":[{"hostName":"a.test","authenticationType":"UserAssigned"}]}}""", 400, "selectedUserAssignedIdentityResourceId")]
    [InlineData("""{"properties":{"iotHubs":[{"hostName":"a.test","authenticationType":"Magic"}]}}""", 400, "authenticationType")]
    [InlineData("""{"properties":{"iotHubs":[{}]}}""", 400, "connectionString")]
    [InlineData("""{"properties":{"iotHubs":[5]}}""", 400, "object")]
    [InlineData("""{"properties":{"iotHubs":{}}}""", 400, "array")]
    [InlineData("""{"properties":{"allocationPolicy":"Custom"}}""", 400, "enrollment only")]
    [InlineData("""{"properties":{"allocationPolicy":"Magic"}}""", 400, "allocationPolicy")]
    [InlineData("""{"properties":{"authorizationPolicies":[{"keyName":"x"}]}}""", 400, "cannot be changed through this API")]
    [InlineData("""{"properties":{"publicNetworkAccess":"Disabled"}}""", 400, "cannot be changed through this API")]
    [InlineData("""{"properties":5}""", 400, "properties")]
    [InlineData("{}", 400, "properties")]
    [InlineData("[]", 400, "JSON object")]
    [InlineData("{", 400, "")]
    public async Task What_is_wrong_is_told_and_changes_nothing(string body, int status, string text)
    {
        var before = await LinksAsync();
        var answer = await SendAsync(HttpMethod.Put, body);
        Assert.Equal(status, (int)answer.Status);
        Assert.Contains(text, answer.Text, StringComparison.Ordinal);
        Assert.Equal(before, await LinksAsync());
    }

    [Fact]
    public async Task A_list_that_somebody_else_changed_meanwhile_is_not_overwritten()
    {
        var etag = Text((await SendAsync(HttpMethod.Get)).Json, "etag");
        await LinkAsync();
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await SendAsync(HttpMethod.Put, """{"properties":{"iotHubs":[]}}""", etag)).Status);
        Assert.Equal(2, (await LinksAsync()).Count);
    }

    [Fact]
    public async Task The_allocation_policy_is_set_beside_them()
    {
        var answer = await SendAsync(HttpMethod.Put, """{"properties":{"allocationPolicy":"geolatency"}}""");
        Assert.Equal("GeoLatency", Text(answer.Json.GetProperty("properties"), "allocationPolicy"));
        Assert.Single(await LinksAsync());
    }

    [Fact]
    public async Task Hubs_are_linked_tested_changed_and_unlinked_from_the_command_line()
    {
        var root = Write("hub.pem", _hub.RootCertificate);
        var secret = Write("connection.txt", _hub.ConnectionString + "\n");
        string[] reach = ["--address", "127.0.0.1", "--port", $"{_hub.Port}", "--root-certificate", root];
        await RunAsync(0, "Linked: rest-hub.test.", ["link", "--connection-string-file", secret, "--weight", "3", "--location", "north", .. reach]);
        await RunAsync(1, "Cannot have duplicate iot hubs", "link", "--connection-string-file", secret);
        await RunAsync(0, "rest-hub.test: ready.", "test", "--name", "rest-hub.test");
        var list = await RunAsync(0, "rest-hub.test  azureIotHub, weight 3, north: healthy", "list");
        Assert.Contains("HostName=rest-hub.test;SharedAccessKeyName=dps;SharedAccessKey=****", list, StringComparison.Ordinal);

        await RunAsync(0, "Updated: REST-hub.test.", "update", "--name", "REST-hub.test", "--apply", "no", "--calls-per-second", "1.6");
        await RunAsync(0, "weight 3, north, gets no devices", "list");
        var link = (await LinksAsync()).Single(hub => hub.HostName == "rest-hub.test");
        Assert.Equal((1.6, _hub.Port, _hub.ConnectionString), (link.Settings!.CallsPerSecond, link.Settings.Port, link.ConnectionString.Reveal()));

        await RunAsync(0, "Updated", "update", "--name", "rest-hub.test", "--connection-string", "HostName=rest-hub.test;SharedAccessKeyName=dps;SharedAccessKey=AAAA");
        await RunAsync(1, "rest-hub.test: unauthorized.", "test", "--name", "rest-hub.test");
        await RunAsync(0, "Last failure:", "list");

        await _fixture.Server.Store.CommitAsync([new PutHubCleanup(Stray())], default);
        await RunAsync(0, "Attention: 1 identities of moved devices could not be deleted", "list");
        await RunAsync(1, "stray in gone.test: The hub 'gone.test' is not linked", "retry");
        await _fixture.Server.Store.CommitAsync([new DeleteHubCleanup("default", "gone.test", "stray")], default);
        await RunAsync(0, "Nothing is left behind.", "retry");

        await RunAsync(0, "Unlinked: rest-hub.test.", "unlink", "--name", "rest-hub.test");
        await RunAsync(1, "is not linked", "unlink", "--name", "rest-hub.test");
        await RunAsync(1, "is not linked", "update", "--name", "rest-hub.test", "--weight", "2");
        await RunAsync(1, "is not linked", "test", "--name", "rest-hub.test");
        await RunAsync(0, "Linked: entra.test.", "link", "--name", "entra.test", "--identity", "system");
        Assert.Equal(HubAuthenticationType.SystemAssigned, (await LinksAsync()).Single(hub => hub.HostName == "entra.test").AuthenticationType);
    }

    [Fact]
    public async Task Wrong_options_are_told_all_at_once()
    {
        var text = await RunAsync(2, "options are wrong:", "link", "--weight", "many", "--apply", "maybe", "--root-certificate", Path.Combine(_folder, "none"));
        foreach (var option in (string[])["--weight", "--apply", "--root-certificate"]) Assert.Contains(option, text, StringComparison.Ordinal);
        await RunAsync(2, "--connection-string: It is missing.", "link");
        await RunAsync(2, "--name: It is missing.", "unlink");
        await RunAsync(1, "allocationWeight", "link", "--connection-string", "HostName=a.test;SharedAccessKeyName=n;SharedAccessKey=AAAA", "--weight", "2000");
        await RunAsync(1, "was not found", "list", "--instance", "nobody");
    }

    private Task<JsonAnswer> LinkAsync() => PutAsync(hubs => hubs.Add(new JsonObject
    {
        ["connectionString"] = _hub.ConnectionString,
        ["location"] = "north",
        ["muster"] = new JsonObject { ["address"] = "127.0.0.1", ["port"] = _hub.Port, ["rootCertificates"] = _hub.RootCertificate },
    }));

    /// <summary>As clients do: read, edit, write the whole.</summary>
    private async Task<JsonAnswer> PutAsync(Action<JsonArray> edit)
    {
        var service = JsonNode.Parse((await SendAsync(HttpMethod.Get)).Text)!;
        edit(service["properties"]!["iotHubs"]!.AsArray());
        var answer = await SendAsync(HttpMethod.Put, service.ToJsonString());
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        return answer;
    }

    private JsonObject Item(JsonArray hubs) => hubs.Single(hub => (string?)hub!["name"] == _hub.HostName)!.AsObject();

    private Task<JsonAnswer> SendAsync(HttpMethod method, string? body = null, string? ifMatch = null) =>
        _fixture.SendRawAsync(method, Service + "?api-version=2021-10-15", _fixture.Token(), body, ifMatch);

    private Task<IReadOnlyList<LinkedHub>> LinksAsync() => _fixture.Server.Store.ListLinkedHubsAsync("default", default);

    private static string Text(JsonElement parent, string name) => parent.GetProperty(name).GetString()!;

    private static HubCleanup Stray() => new()
    {
        InstanceName = "default",
        HubHostName = "gone.test",
        DeviceId = "stray",
        RegistrationId = "stray",
        CreatedUtc = DateTimeOffset.UtcNow,
        NextAttemptUtc = DateTimeOffset.UtcNow.AddHours(1),
        Attempts = 2,
        Problem = "down",
    };

    private string Write(string name, string content)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, content);
        return path;
    }

    private async Task<string> RunAsync(int exitCode, string words, params string[] args)
    {
        using var output = new StringWriter();
        var code = await MusterCommand.RunAsync(["hub", .. args, "--data", _fixture.Server.Folder], output, output);
        Assert.True(exitCode == code && output.ToString().Contains(words, StringComparison.Ordinal), $"{code}: {output}");
        return output.ToString();
    }
}
