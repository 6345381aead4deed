namespace Muster.EmbeddedHub.Tests.Http;

/// <summary>iot-hub 12, items 18 and 19, and the scope of iot-hub 6.</summary>
public sealed class RoutingHttpTests : IAsyncLifetime
{
    private HubServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await HubServer.StartAsync();
        await _server.CreateAsync("d");
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("?api-version=2021-04-12", 200)]
    [InlineData("?api-version=2016-11-14", 200)]
    [InlineData("?api-version=2031-01-01-preview", 200)]
    [InlineData("?API-VERSION=2021-04-12", 200)]
    [InlineData("?", 400)]
    [InlineData("?api-version=", 400)]
    [InlineData("?api-version=latest", 400)]
    [InlineData("?api-version=2021-4-12", 400)]
    [InlineData("?api-version=2021-13-01", 400)]
    [InlineData("?api-version=2021-04-12-beta", 400)]
    [InlineData("?api-version=2021-04-12&api-version=2021-04-12", 400)]
    public async Task Any_plausible_api_version_is_accepted(string query, int status)
    {
        var answer = await _server.SendAsync("GET", "/devices/d" + query);

        Assert.Equal(status, answer.Status);
        if (status == 400) answer.ShouldBe(400, "InvalidProtocolVersion");
    }

    [Theory]
    [InlineData("GET", "/devices/d/nothing")]
    [InlineData("GET", "/devices//d")]
    [InlineData("GET", "/twins")]
    [InlineData("GET", "/twins/d/nothing")]
    [InlineData("GET", "/statistics")]
    [InlineData("GET", "/statistics/weather")]
    [InlineData("POST", "/statistics/devices/all")]
    public async Task An_unknown_path_is_not_found(string method, string path) =>
        (await _server.SendAsync(method, path)).ShouldBe(404, "GenericNotFound");

    [Theory]
    [InlineData("POST", "/devices/d")]
    [InlineData("PATCH", "/devices/d")]
    [InlineData("DELETE", "/devices")]
    [InlineData("DELETE", "/twins/d")]
    [InlineData("POST", "/twins/d")]
    [InlineData("PUT", "/statistics/devices")]
    public async Task A_wrong_method_is_not_allowed(string method, string path) =>
        (await _server.SendAsync(method, path)).ShouldBe(405, "GenericMethodNotAllowed");

    [Theory]
    [InlineData("POST", "/devices/query")]
    [InlineData("DELETE", "/devices/d/commands")]
    [InlineData("POST", "/devices/d/applyConfigurationContent")]
    [InlineData("POST", "/devices/d/messages/events")]
    [InlineData("POST", "/twins/d/methods")]
    [InlineData("GET", "/twins/d/modules/m")]
    [InlineData("GET", "/configurations")]
    [InlineData("PUT", "/configurations/c")]
    [InlineData("POST", "/jobs/create")]
    [InlineData("GET", "/jobs/v2/j")]
    public async Task What_this_hub_does_not_offer_is_an_invalid_operation(string method, string path)
    {
        var answer = await _server.SendAsync(method, path);

        answer.ShouldBe(400, "InvalidOperation");
        Assert.Contains("not supported by the embedded hub", answer.Message, StringComparison.Ordinal);
        (await _server.SendAsync(method, path, token: "none")).ShouldBe(401, "IotHubUnauthorizedAccess");
    }

    [Fact]
    public async Task A_failing_store_is_a_server_error_without_details()
    {
        _server.Store.Failure = new IOException("the disk at /secret/place is full");
        var answer = await _server.SendAsync("GET", "/devices/d");

        answer.ShouldBe(500, "ServerError");
        Assert.DoesNotContain("secret", answer.Message, StringComparison.Ordinal);
    }
}
