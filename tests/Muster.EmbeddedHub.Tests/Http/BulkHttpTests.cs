namespace Muster.EmbeddedHub.Tests.Http;

/// <summary>iot-hub 12, item 14, and 3.3.</summary>
public sealed class BulkHttpTests : IAsyncLifetime
{
    private HubServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await HubServer.StartAsync();
        await _server.CreateAsync("old");
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("/devices")]
    [InlineData("/devices/")]
    public async Task A_hundred_devices_are_added(string path)
    {
        var entries = string.Join(',', Enumerable.Range(0, 100).Select(i => $$"""{"id":"d{{i}}","importMode":"create"}"""));
        var answer = await _server.SendAsync("POST", path, $"[{entries}]");

        Assert.Equal(200, answer.Status);
        Assert.Equal("""{"isSuccessful":true,"errors":[],"warnings":[]}""", answer.Body.GetRawText());
        Assert.Equal("101", (await _server.SendAsync("GET", "/statistics/devices")).Text("totalDeviceCount"));
        (await _server.SendAsync("POST", path, $$"""[{{entries}},{"id":"more","importMode":"create"}]""")).ShouldBe(400, "ArgumentInvalid");
    }

    [Theory]
    [InlineData("create", "new", "", null)]
    [InlineData("create", "old", "", "DeviceAlreadyExists")]
    [InlineData("Update", "old", "", null)]
    [InlineData("Update", "new", "", "DeviceNotFound")]
    [InlineData("CREATEORUPDATE", "new", "", null)]
    [InlineData("createOrUpdate", "old", "", null)]
    [InlineData("UpdateIfMatchETag", "old", "{etag}", null)]
    [InlineData("UpdateIfMatchETag", "old", "\\\"{etag}\\\"", null)]
    [InlineData("UpdateIfMatchETag", "old", "stale", "EtagDoesNotMatch")]
    [InlineData("UpdateIfMatchETag", "old", "", "ArgumentNull")]
    [InlineData("createOrUpdateIfMatchETag", "new", "", null)]
    [InlineData("createOrUpdateIfMatchETag", "old", "{etag}", null)]
    [InlineData("createOrUpdateIfMatchETag", "old", "", "EtagDoesNotMatch")]
    [InlineData("Delete", "old", "", null)]
    [InlineData("Delete", "new", "", "DeviceNotFound")]
    [InlineData("DeleteIfMatchETag", "old", "{etag}", null)]
    [InlineData("DeleteIfMatchETag", "old", "stale", "EtagDoesNotMatch")]
    [InlineData("updateTwin", "old", "", null)]
    [InlineData("updateTwin", "new", "", "DeviceNotFound")]
    [InlineData("updateTwinIfMatchETag", "old", "AAAAAAAAAAE=", null)]
    [InlineData("updateTwinIfMatchETag", "old", "AAAAAAAAAAI=", "EtagDoesNotMatch")]
    [InlineData("updateTwinIfMatchETag", "old", "", "ArgumentNull")]
    public async Task Every_mode_does_what_it_says(string mode, string deviceId, string etag, string? error)
    {
        var current = (await _server.SendAsync("GET", "/devices/old")).Text("etag");
        var value = etag.Replace("{etag}", current, StringComparison.Ordinal);
        var entry = $$$"""{"id":"{{{deviceId}}}","importMode":"{{{mode}}}","eTag":"{{{value}}}","twinETag":"{{{value}}}","tags":{"t":1}}""";
        var answer = await _server.SendAsync("POST", "/devices", $"[{entry}]");

        if (error is null)
        {
            Assert.Equal(200, answer.Status);
            var twin = await _server.SendAsync("GET", "/twins/" + deviceId);
            if (mode.StartsWith("Delete", StringComparison.Ordinal)) Assert.Equal(404, twin.Status);
            else Assert.Equal("""{"t":1}""", twin.Text("tags"));
            return;
        }

        var problem = Assert.Single(answer.Body.GetProperty("errors").EnumerateArray());
        Assert.Equal((400, "BulkRegistryOperationFailure", "False"), (answer.Status, answer.ErrorCode, answer.Text("isSuccessful")));
        Assert.Equal(error, problem.GetProperty("errorCode").GetString());
        Assert.Equal(deviceId, problem.GetProperty("deviceId").GetString());
        Assert.Equal(mode, problem.GetProperty("operation").GetString(), ignoreCase: true);
    }

    [Fact]
    public async Task A_device_named_twice_stops_everything()
    {
        var answer = await _server.SendAsync("POST", "/devices", """[{"id":"a"},{"id":"b"},{"id":"a"}]""");

        Assert.Equal(400, answer.Status);
        var problem = Assert.Single(answer.Body.GetProperty("errors").EnumerateArray());
        Assert.Equal("DeviceDefinedMultipleTimes", problem.GetProperty("errorCode").GetString());
        (await _server.SendAsync("GET", "/devices/b")).ShouldBe(404, "DeviceNotFound");
    }

    [Fact]
    public async Task A_bad_entry_does_not_stop_the_others()
    {
        var answer = await _server.SendAsync(
            "POST",
            "/devices",
            """
            [{"id":"bad id"},{"id":"a","status":"paused"},{"id":"b","tags":{"x.y":1}},{"id":"c","properties":{"reported":5}},
             {"id":"d","moduleId":"m"},{"id":"good"}]
            """);

        Assert.Equal(
            ["bad id ArgumentInvalid", "a ArgumentInvalid", "b ArgumentInvalid", "c ArgumentInvalid", "d InvalidOperation"],
            answer.Body.GetProperty("errors").EnumerateArray()
                .Select(error => $"{error.GetProperty("deviceId")} {error.GetProperty("errorCode")}"));
        Assert.Equal("2", (await _server.SendAsync("GET", "/statistics/devices")).Text("totalDeviceCount"));
        Assert.Equal(200, (await _server.SendAsync("GET", "/devices/good")).Status);
    }

    [Fact]
    public async Task An_exported_twin_comes_in_with_its_reported_properties()
    {
        var answer = await _server.SendAsync(
            "POST",
            "/devices",
            """
            [{"id":"moved","importMode":"createOrUpdate","status":"disabled","statusReason":"kept",
              "capabilities":{"iotEdge":true},"tags":{"t":1},
              "properties":{"desired":{"a":1,"$metadata":{"a":{}},"$version":40},
                            "reported":{"f":"1.2","$metadata":{"f":{}},"$version":50}}}]
            """);
        var twin = await _server.SendAsync("GET", "/twins/moved");

        Assert.Equal(200, answer.Status);
        Assert.Equal(("disabled", "kept"), (twin.Text("status"), twin.Text("statusReason")));
        Assert.Equal(("1", "2"), (twin.Text("properties", "desired", "a"), twin.Text("properties", "desired", "$version")));
        Assert.Equal(("1.2", "2"), (twin.Text("properties", "reported", "f"), twin.Text("properties", "reported", "$version")));
    }

    [Fact]
    public async Task An_update_without_twin_sections_leaves_the_twin()
    {
        await _server.SendAsync("PATCH", "/twins/old", """{"tags":{"t":1}}""");
        await _server.SendAsync("POST", "/devices", """[{"id":"old","importMode":"update","status":"disabled"}]""");
        var twin = await _server.SendAsync("GET", "/twins/old");

        Assert.Equal(("""{"t":1}""", "AAAAAAAAAAI=", "disabled"), (twin.Text("tags"), twin.Text("etag"), twin.Text("status")));
    }

    [Theory]
    [InlineData("{}", "IotHubFormatError")]
    [InlineData("[", "IotHubFormatError")]
    [InlineData("[1]", "ArgumentInvalid")]
    [InlineData("[{}]", "ArgumentNull")]
    [InlineData("""[{"id":5}]""", "ArgumentInvalid")]
    [InlineData("""[{"id":"a","importMode":"replace"}]""", "ArgumentInvalid")]
    public async Task What_is_no_list_of_entries_is_refused(string body, string error) =>
        (await _server.SendAsync("POST", "/devices", body)).ShouldBe(400, error);

    [Theory]
    [InlineData(3 * 1024 * 1024, 200)]
    [InlineData((4 * 1024 * 1024) + 1, 413)]
    public async Task A_bulk_body_has_at_most_4_megabytes(int length, int status)
    {
        var head = """[{"id":"a","unknown":" """;
        var answer = await _server.SendAsync("POST", "/devices", head + new string('x', length - head.Length - 3) + "\"}]");

        Assert.Equal(status, answer.Status);
    }

    [Theory]
    [InlineData("registryReadWrite", 200)]
    [InlineData("registryRead", 401)]
    [InlineData("service", 401)]
    public async Task Bulk_needs_the_right_to_write_the_registry(string policy, int status) =>
        Assert.Equal(status, (await _server.SendAsync("POST", "/devices", """[{"id":"a"}]""", token: _server.Token(policy))).Status);
}
