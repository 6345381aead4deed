namespace Muster.EmbeddedHub.Tests.Http;

/// <summary>iot-hub 12, items 26 to 34.</summary>
public sealed class TwinHttpTests : IAsyncLifetime
{
    private HubServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await HubServer.StartAsync();
        await _server.CreateAsync("d");
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_fresh_twin_is_empty()
    {
        var twin = await _server.SendAsync("GET", "/twins/d");

        Assert.Equal((200, "AAAAAAAAAAE=", "\"AAAAAAAAAAE=\""), (twin.Status, twin.Text("etag"), twin.ETag));
        Assert.Equal("{}", twin.Text("tags"));
        Assert.Equal(
            """
            {"desired":{"$metadata":{"$lastUpdated":"2026-11-22T01:00:00.0000000Z","$lastUpdatedVersion":1},"$version":1},
            "reported":{"$metadata":{"$lastUpdated":"2026-11-22T01:00:00.0000000Z"},"$version":1}}
            """.ReplaceLineEndings(""),
            twin.Body.GetProperty("properties").GetRawText());
    }

    [Fact]
    public async Task The_document_has_every_member_in_order()
    {
        var device = await _server.SendAsync("GET", "/devices/d");
        var twin = await _server.SendAsync("GET", "/twins/d");

        Assert.Equal(
            ["deviceId", "etag", "deviceEtag", "status", "statusUpdateTime", "connectionState", "lastActivityTime",
                "cloudToDeviceMessageCount", "authenticationType", "x509Thumbprint", "modelId", "version", "tags", "properties",
                "capabilities"],
            twin.Body.EnumerateObject().Select(member => member.Name));
        Assert.Equal(device.Text("etag"), twin.Text("deviceEtag"));
        Assert.Equal(("0001-01-01T00:00:00Z", "2"), (twin.Text("statusUpdateTime"), twin.Text("version")));
    }

    [Fact]
    public async Task A_patch_merges_and_answers_with_the_whole_twin()
    {
        await _server.SendAsync(
            "PATCH", "/twins/d", """{"tags":{"site":"b43","floor":{"n":1}},"properties":{"desired":{"a":[1,2],"b":{"x":1}}}}""");
        var patched = await _server.SendAsync(
            "PATCH", "/twins/d", """{"tags":{"floor":{"room":"é"}},"properties":{"desired":{"a":[3],"b":{"x":null}}}}""", "\"*\"");

        Assert.Equal(200, patched.Status);
        Assert.Equal("""{"site":"b43","floor":{"n":1,"room":"é"}}""", patched.Text("tags"));
        Assert.Equal("[3]", patched.Text("properties", "desired", "a"));
        Assert.Equal("{}", patched.Text("properties", "desired", "b"));
        Assert.Equal(("3", "1"), (patched.Text("properties", "desired", "$version"), patched.Text("properties", "reported", "$version")));
        Assert.Equal("AAAAAAAAAAM=", patched.Text("etag"));
        Assert.Equal(patched.Body.GetRawText(), (await _server.SendAsync("GET", "/twins/d")).Body.GetRawText());
    }

    [Fact]
    public async Task Put_replaces_the_sections_it_holds()
    {
        await _server.SendAsync("PATCH", "/twins/d", """{"tags":{"t":1},"properties":{"desired":{"a":1,"b":2}}}""");
        var replaced = await _server.SendAsync("PUT", "/twins/d", """{"properties":{"desired":{"a":1,"c":100}}}""", "*");

        Assert.Equal("""{"t":1}""", replaced.Text("tags"));
        Assert.Equal(
            ["a", "c", "$metadata", "$version"],
            replaced.Body.GetProperty("properties").GetProperty("desired").EnumerateObject().Select(member => member.Name));
    }

    [Theory]
    [InlineData("PATCH", """{"t":1}""")]
    [InlineData("PUT", "{}")]
    public async Task A_null_section_is_deleted_by_put_only(string method, string expected)
    {
        await _server.SendAsync("PATCH", "/twins/d", """{"tags":{"t":1}}""");

        Assert.Equal(expected, (await _server.SendAsync(method, "/twins/d", """{"tags":null}""")).Text("tags"));
    }

    [Theory]
    [InlineData("PATCH")]
    [InlineData("PUT")]
    public async Task A_stale_etag_is_refused(string method)
    {
        var twin = await _server.SendAsync("GET", "/twins/d");

        Assert.Equal(200, (await _server.SendAsync(method, "/twins/d", """{"tags":{"a":1}}""", twin.ETag)).Status);
        (await _server.SendAsync(method, "/twins/d", """{"tags":{"a":2}}""", twin.ETag)).ShouldBe(412, "PreconditionFailed");
        Assert.Equal(200, (await _server.SendAsync(method, "/twins/d", """{"tags":{"a":3}}""", "\"*\"")).Status);
    }

    [Fact]
    public async Task An_identity_update_leaves_the_twins_etag()
    {
        await _server.SendAsync("PUT", "/devices/d", """{"status":"disabled"}""", "*");
        var twin = await _server.SendAsync("GET", "/twins/d");

        Assert.Equal(("AAAAAAAAAAE=", "disabled"), (twin.Text("etag"), twin.Text("status")));
        Assert.Equal("2026-11-22T01:00:00.0000000Z", twin.Text("statusUpdateTime"));
    }

    [Theory]
    [InlineData("PATCH")]
    [InlineData("PUT")]
    public async Task A_twin_that_was_read_can_be_written_back(string method)
    {
        await _server.SendAsync("PATCH", "/twins/d", """{"tags":{"t":1},"properties":{"desired":{"a":{"b":1}}}}""");
        var twin = await _server.SendAsync("GET", "/twins/d");
        var echo = twin.Body.GetRawText().Replace("\"reported\":{", "\"reported\":{\"hacked\":true,", StringComparison.Ordinal);
        var written = await _server.SendAsync(method, "/twins/d", echo, twin.ETag);

        Assert.Equal(200, written.Status);
        Assert.Equal("""{"b":1}""", written.Text("properties", "desired", "a"));
        Assert.Equal("3", written.Text("properties", "desired", "$version"));
        Assert.Equal("1", written.Text("properties", "reported", "$version"));
        Assert.False(written.Body.GetProperty("properties").GetProperty("reported").TryGetProperty("hacked", out _));
    }

    [Theory]
    [InlineData("""{"tags":5}""")]
    [InlineData("""{"tags":[]}""")]
    [InlineData("""{"properties":"x"}""")]
    [InlineData("""{"properties":{"desired":[1]}}""")]
    [InlineData("""{"tags":{"a.b":1}}""")]
    [InlineData("""{"tags":{"a":"\ud800"}}""")]
    [InlineData("""{"properties":{"desired":{"a":9007199254740993}}}""")]
    [InlineData("""{"tags":{"1":{"2":{"3":{"4":{"5":{"6":{"7":{"8":{"9":{"10":{"11":{}}}}}}}}}}}}}""")]
    public async Task What_breaks_a_rule_is_refused_whole(string body)
    {
        var mixed = body[..^1] + ""","tags2":1}""";
        (await _server.SendAsync("PATCH", "/twins/d", mixed)).ShouldBe(400, "ArgumentInvalid");
        (await _server.SendAsync("PUT", "/twins/d", mixed)).ShouldBe(400, "ArgumentInvalid");
        Assert.Equal("AAAAAAAAAAE=", (await _server.SendAsync("GET", "/twins/d")).Text("etag"));
    }

    [Fact]
    public async Task Tags_have_at_most_8_kilobytes()
    {
        static string Tags(int last) => "{\"tags\":{\"a\":\"" + new string('v', 4095) + "\",\"b\":\"" + new string('v', last) + "\"}}";

        Assert.Equal(200, (await _server.SendAsync("PATCH", "/twins/d", Tags(4095))).Status);
        (await _server.SendAsync("PATCH", "/twins/d", Tags(4096))).ShouldBe(400, "ArgumentInvalid");
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("PATCH")]
    [InlineData("PUT")]
    public async Task A_missing_device_has_no_twin(string method) =>
        (await _server.SendAsync(method, "/twins/none", method == "GET" ? null : "{}", "*")).ShouldBe(404, "DeviceNotFound");
}
