namespace Muster.EmbeddedHub.Tests.Http;

/// <summary>iot-hub 12, items 12, 15 and 16.</summary>
public sealed class ModuleHttpTests : IAsyncLifetime
{
    private HubServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await HubServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task An_edge_device_has_the_runtime_s_two_modules_from_the_beginning()
    {
        await _server.SendAsync("PUT", "/devices/edge", """{"deviceId":"edge","capabilities":{"iotEdge":true}}""");

        Assert.Equal(["$edgeAgent", "$edgeHub"], await ModulesAsync("edge"));
        var agent = await _server.SendAsync("GET", "/devices/edge/modules/%24edgeAgent");
        Assert.Equal((200, "$edgeAgent", "edge", "IotEdge"),
            (agent.Status, agent.Text("moduleId"), agent.Text("deviceId"), agent.Text("managedBy")));
        Assert.Equal($"\"{agent.Text("etag")}\"", agent.ETag);
        Assert.False(agent.Body.TryGetProperty("status", out _));
    }

    [Fact]
    public async Task A_device_that_becomes_an_edge_device_gets_them_then()
    {
        await _server.SendAsync("PUT", "/devices/d", """{"deviceId":"d"}""");
        Assert.Empty(await ModulesAsync("d"));
        await _server.SendAsync("PUT", "/devices/d", """{"deviceId":"d","capabilities":{"iotEdge":true}}""", "*");
        Assert.Equal(["$edgeAgent", "$edgeHub"], await ModulesAsync("d"));
    }

    [Fact]
    public async Task The_runtime_s_modules_cannot_be_deleted_others_can()
    {
        await _server.SendAsync("PUT", "/devices/edge", """{"deviceId":"edge","capabilities":{"iotEdge":true}}""");
        Assert.Equal(201, (await _server.SendAsync("PUT", "/devices/edge/modules/m", """{"deviceId":"edge","moduleId":"m"}""")).Status);
        Assert.Equal(409, (await _server.SendAsync("PUT", "/devices/edge/modules/m", """{"moduleId":"m"}""")).Status);
        Assert.Equal(200, (await _server.SendAsync("PUT", "/devices/edge/modules/m", """{"moduleId":"m"}""", "*")).Status);
        Assert.Equal(412, (await _server.SendAsync("PUT", "/devices/edge/modules/m", """{"moduleId":"m"}""", "\"stale\"")).Status);
        Assert.Equal(400, (await _server.SendAsync("PUT", "/devices/edge/modules/m", """{"moduleId":"other"}""", "*")).Status);
        Assert.Equal(204, (await _server.SendAsync("DELETE", "/devices/edge/modules/m", null, "*")).Status);
        Assert.Equal(404, (await _server.SendAsync("DELETE", "/devices/edge/modules/m", null, "*")).Status);
        Assert.Equal(400, (await _server.SendAsync("DELETE", "/devices/edge/modules/%24edgeHub", null, "*")).Status);
        Assert.Equal(["$edgeAgent", "$edgeHub"], await ModulesAsync("edge"));
    }

    [Fact]
    public async Task Modules_go_with_their_device()
    {
        await _server.SendAsync("PUT", "/devices/edge", """{"deviceId":"edge","capabilities":{"iotEdge":true}}""");
        await _server.SendAsync("DELETE", "/devices/edge", null, "*");
        Assert.Equal(404, (await _server.SendAsync("GET", "/devices/edge/modules")).Status);
        await _server.SendAsync("PUT", "/devices/edge", """{"deviceId":"edge"}""");
        Assert.Empty(await ModulesAsync("edge"));
    }

    private async Task<List<string?>> ModulesAsync(string device) =>
        [.. (await _server.SendAsync("GET", $"/devices/{device}/modules")).Body.EnumerateArray()
            .Select(module => module.GetProperty("moduleId").GetString())];
}
