using System.Text.Json;
using Muster.Protocols.Sas;

namespace Muster.EmbeddedHub.Tests.Http;

/// <summary>iot-hub 12, items 1 to 13 and 17.</summary>
public sealed class RegistryHttpTests : IAsyncLifetime
{
    private HubServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await HubServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Put_without_if_match_creates()
    {
        var created = await _server.CreateAsync("dev-001", """{"deviceId":"dev-001"}""");
        var read = await _server.SendAsync("GET", "/devices/dev-001");

        Assert.Equal((200, 200), (created.Status, read.Status));
        Assert.Equal($"\"{created.Text("etag")}\"", created.ETag);
        Assert.Equal(created.ETag, read.ETag);
        Assert.Equal(created.Body.GetRawText(), read.Body.GetRawText());
        Assert.Equal("application/json; charset=utf-8", created.ContentType);
    }

    [Fact]
    public async Task The_document_has_every_member_in_order()
    {
        var body = (await _server.CreateAsync("dev-001")).Body;

        Assert.Equal(
            ["deviceId", "generationId", "etag", "connectionState", "status", "statusReason", "connectionStateUpdatedTime",
                "statusUpdatedTime", "lastActivityTime", "cloudToDeviceMessageCount", "capabilities", "authentication"],
            body.EnumerateObject().Select(member => member.Name));
        Assert.Equal("0001-01-01T00:00:00", body.GetProperty("statusUpdatedTime").GetString());
        Assert.Equal("""{"iotEdge":false}""", body.GetProperty("capabilities").GetRawText());
        Assert.Equal(
            ["symmetricKey", "x509Thumbprint", "type"],
            body.GetProperty("authentication").EnumerateObject().Select(member => member.Name));
    }

    [Fact]
    public async Task A_second_create_conflicts()
    {
        await _server.CreateAsync("d");

        (await _server.CreateAsync("d")).ShouldBe(409, "DeviceAlreadyExists");
    }

    [Theory]
    [InlineData("*")]
    [InlineData("\"*\"")]
    public async Task Put_with_a_star_updates_what_exists(string ifMatch)
    {
        var created = await _server.CreateAsync("d");
        var updated = await _server.SendAsync(
            "PUT", "/devices/d", """{"deviceId":"d","status":"disabled","statusReason":"lost"}""", ifMatch);

        Assert.Equal(200, updated.Status);
        Assert.NotEqual(created.ETag, updated.ETag);
        Assert.Equal(("disabled", "lost"), (updated.Text("status"), updated.Text("statusReason")));
        Assert.Equal("2026-11-22T01:00:00.0000000Z", updated.Text("statusUpdatedTime"));
        (await _server.SendAsync("PUT", "/devices/none", "{}", ifMatch)).ShouldBe(404, "DeviceNotFound");
    }

    [Theory]
    [InlineData("\"{0}\"")]
    [InlineData("W/\"{0}\"")]
    [InlineData("{0}")]
    public async Task Put_with_the_etag_updates_once(string form)
    {
        var created = await _server.CreateAsync("d");
        var ifMatch = string.Format(form, created.Text("etag"));

        Assert.Equal(200, (await _server.SendAsync("PUT", "/devices/d", "{}", ifMatch)).Status);
        (await _server.SendAsync("PUT", "/devices/d", "{}", ifMatch)).ShouldBe(412, "PreconditionFailed");
    }

    [Theory]
    [InlineData("""{"authentication":{"type":"sas","symmetricKey":{"primaryKey":"","secondaryKey":""}}}""")]
    [InlineData("""{"authentication":{"symmetricKey":{"primaryKey":null,"secondaryKey":null}}}""")]
    [InlineData("""{"authentication":{"type":"sas"}}""")]
    [InlineData("""{"authentication":null}""")]
    [InlineData("{}")]
    public async Task Missing_keys_are_made(string body)
    {
        var created = await _server.CreateAsync("d", body);
        var primary = created.Text("authentication", "symmetricKey", "primaryKey")!;
        var secondary = created.Text("authentication", "symmetricKey", "secondaryKey")!;

        Assert.Equal("sas", created.Text("authentication", "type"));
        Assert.NotEqual(primary, secondary);
        Assert.Equal((32, 32), (Convert.FromBase64String(primary).Length, Convert.FromBase64String(secondary).Length));
    }

    [Fact]
    public async Task An_update_with_empty_keys_makes_new_ones_and_one_without_authentication_keeps_them()
    {
        var created = await _server.CreateAsync("d");
        var kept = await _server.SendAsync("PUT", "/devices/d", "{}", "*");
        var rolled = await _server.SendAsync(
            "PUT", "/devices/d", """{"authentication":{"type":"sas","symmetricKey":{"primaryKey":""}}}""", "*");

        string? Primary(HubAnswer answer) => answer.Text("authentication", "symmetricKey", "primaryKey");
        Assert.Equal(Primary(created), Primary(kept));
        Assert.NotEqual(Primary(created), Primary(rolled));
    }

    [Fact]
    public async Task Given_keys_are_kept_to_the_byte()
    {
        var (first, second) = (Convert.ToBase64String(new byte[32]), Convert.ToBase64String([.. Enumerable.Repeat((byte)0xFB, 33)]));
        var created = await _server.CreateAsync(
            "d", $$$$"""{"authentication":{"type":"sas","symmetricKey":{"primaryKey":"{{{{first}}}}","secondaryKey":"{{{{second}}}}"}}}""");

        Assert.Equal(first, created.Text("authentication", "symmetricKey", "primaryKey"));
        Assert.Equal(second, created.Text("authentication", "symmetricKey", "secondaryKey"));
    }

    [Theory]
    [InlineData(64, 200)]
    [InlineData(40, 200)]
    [InlineData(63, 400)]
    [InlineData(32, 400)]
    [InlineData(0, 400)]
    public async Task Thumbprints_have_the_length_of_a_digest(int length, int status)
    {
        var thumbprint = string.Concat(Enumerable.Repeat("aB", 32))[..length];
        var answer = await _server.CreateAsync(
            "d",
            $$$$"""
            {"authentication":{"type":"selfSigned",
            "x509Thumbprint":{"primaryThumbprint":"{{{{thumbprint}}}}","secondaryThumbprint":"{{{{thumbprint}}}}"}}}
            """);

        Assert.Equal(status, answer.Status);
        if (status == 400) answer.ShouldBe(400, "ArgumentInvalid");
        else Assert.Equal(thumbprint, answer.Text("authentication", "x509Thumbprint", "primaryThumbprint"));
    }

    [Fact]
    public async Task Certificate_authority_needs_no_keys()
    {
        var created = await _server.CreateAsync("d", """{"authentication":{"type":"certificateAuthority"}}""");

        Assert.Equal("certificateAuthority", created.Text("authentication", "type"));
        Assert.Equal(
            """{"primaryKey":null,"secondaryKey":null}""",
            created.Body.GetProperty("authentication").GetProperty("symmetricKey").GetRawText());
    }

    [Theory]
    [InlineData("a%b")]
    [InlineData("a%25b")]
    [InlineData("a%2Fb")]
    [InlineData("what?#1")]
    [InlineData("a+b=c@d;e$f'g")]
    [InlineData("-:.+%_#*?!(),=@;$'")]
    [InlineData("query")]
    public async Task Ids_with_reserved_characters_are_decoded_once(string deviceId)
    {
        var path = "/devices/" + Uri.EscapeDataString(deviceId);
        var created = await _server.CreateAsync(deviceId, $$"""{"deviceId":"{{deviceId}}"}""");
        var read = await _server.SendAsync("GET", path);
        var twin = await _server.SendAsync("GET", path.Replace("/devices/", "/twins/", StringComparison.Ordinal));

        Assert.Equal((200, deviceId), (created.Status, created.Text("deviceId")));
        Assert.Equal((deviceId, deviceId), (read.Text("deviceId"), twin.Text("deviceId")));
        Assert.Equal(204, (await _server.SendAsync("DELETE", path)).Status);
    }

    [Theory]
    [InlineData("a%20b")]
    [InlineData("a%2Fb")]
    [InlineData("%C3%A9")]
    [InlineData("a&b")]
    public async Task Ids_of_other_characters_are_refused(string encoded)
    {
        (await _server.SendAsync("PUT", "/devices/" + encoded, "{}")).ShouldBe(400, "ArgumentInvalid");
        (await _server.SendAsync("GET", "/devices/" + encoded)).ShouldBe(400, "ArgumentInvalid");
        (await _server.SendAsync("GET", "/twins/" + encoded)).ShouldBe(400, "ArgumentInvalid");
        (await _server.SendAsync("DELETE", "/devices/" + encoded)).ShouldBe(400, "ArgumentInvalid");
    }

    [Fact]
    public async Task Ids_have_at_most_128_characters_and_differ_by_case()
    {
        Assert.Equal(200, (await _server.CreateAsync(new string('a', 128))).Status);
        (await _server.CreateAsync(new string('a', 129))).ShouldBe(400, "ArgumentInvalid");
        Assert.Equal(200, (await _server.CreateAsync("Dev")).Status);
        (await _server.SendAsync("GET", "/devices/dev")).ShouldBe(404, "DeviceNotFound");
    }

    [Theory]
    [InlineData("""{"deviceId":"other"}""")]
    [InlineData("""{"deviceId":"D"}""")]
    [InlineData("""{"deviceId":5}""")]
    [InlineData("""{"status":"paused"}""")]
    [InlineData("""{"status":true}""")]
    [InlineData("""{"statusReason":{}}""")]
    [InlineData("""{"capabilities":[]}""")]
    [InlineData("""{"capabilities":{"iotEdge":"yes"}}""")]
    [InlineData("""{"authentication":"sas"}""")]
    [InlineData("""{"authentication":{"type":"password"}}""")]
    [InlineData("""{"authentication":{"symmetricKey":{"primaryKey":5}}}""")]
    [InlineData("""{"authentication":{"symmetricKey":{"primaryKey":"@@@"}}}""")]
    [InlineData("""{"authentication":{"type":"selfSigned"}}""")]
    [InlineData("""{"authentication":{"x509Thumbprint":{"primaryThumbprint":[]}}}""")]
    [InlineData("""{"deviceScope":1}""")]
    [InlineData("""{"parentScopes":[1]}""")]
    [InlineData("""{"statusReason":"\ud800"}""")]
    public async Task A_wrong_member_is_refused_and_nothing_created(string body)
    {
        (await _server.CreateAsync("d", body)).ShouldBe(400, "ArgumentInvalid");
        (await _server.SendAsync("GET", "/devices/d")).ShouldBe(404, "DeviceNotFound");
    }

    [Fact]
    public async Task Read_only_and_unknown_members_are_ignored()
    {
        var created = await _server.CreateAsync(
            "d", """{"generationId":"1","etag":"x","connectionState":"Connected","cloudToDeviceMessageCount":7,"color":"red"}""");

        Assert.Equal(("Disconnected", "0"), (created.Text("connectionState"), created.Text("cloudToDeviceMessageCount")));
        Assert.NotEqual("1", created.Text("generationId"));
        Assert.NotEqual("x", created.Text("etag"));
    }

    [Fact]
    public async Task A_document_that_was_read_can_be_written_back()
    {
        var created = await _server.CreateAsync("e", """{"capabilities":{"iotEdge":true}}""");
        var updated = await _server.SendAsync("PUT", "/devices/e", created.Body.GetRawText(), created.ETag);

        Assert.Equal(200, updated.Status);
        Assert.Equal(created.Body.GetProperty("authentication").GetRawText(), updated.Body.GetProperty("authentication").GetRawText());
        Assert.Equal($"ms-azure-iot-edge://e-{created.Text("generationId")}", updated.Text("deviceScope"));
        Assert.Equal("[]", updated.Text("parentScopes"));
    }

    [Fact]
    public async Task A_missing_device_is_not_found()
    {
        (await _server.SendAsync("GET", "/devices/none")).ShouldBe(404, "DeviceNotFound");
        (await _server.SendAsync("DELETE", "/devices/none", ifMatch: "\"*\"")).ShouldBe(404, "DeviceNotFound");
        (await _server.SendAsync("GET", "/devices/no;ne")).ShouldBe(404, "DeviceNotFound");
    }

    [Fact]
    public async Task Delete_removes_identity_and_twin_and_a_recreation_is_another_generation()
    {
        var created = await _server.CreateAsync("d");
        await _server.SendAsync("PATCH", "/twins/d", """{"tags":{"a":1}}""");
        (await _server.SendAsync("DELETE", "/devices/d", ifMatch: "\"stale\"")).ShouldBe(412, "PreconditionFailed");
        var deleted = await _server.SendAsync("DELETE", "/devices/d", ifMatch: created.ETag);

        Assert.Equal((204, JsonValueKind.Undefined), (deleted.Status, deleted.Body.ValueKind));
        (await _server.SendAsync("GET", "/twins/d")).ShouldBe(404, "DeviceNotFound");
        var recreated = await _server.CreateAsync("d");
        Assert.NotEqual(created.Text("generationId"), recreated.Text("generationId"));
        Assert.Equal("{}", (await _server.SendAsync("GET", "/twins/d")).Text("tags"));
    }

    [Theory]
    [InlineData("/devices?api-version=2021-04-12", 3)]
    [InlineData("/devices/?api-version=2021-04-12", 3)]
    [InlineData("/devices/?top=2&api-version=2021-04-12", 2)]
    [InlineData("/devices?top=0&api-version=2021-04-12", 3)]
    [InlineData("/devices?top=1001&api-version=2021-04-12", 3)]
    [InlineData("/devices?top=-1&api-version=2021-04-12", 3)]
    [InlineData("/devices?top=many&api-version=2021-04-12", 3)]
    public async Task Devices_are_listed_in_the_order_of_their_ids(string path, int count)
    {
        foreach (var deviceId in (string[])["b", "B", "a"]) await _server.CreateAsync(deviceId);
        var list = await _server.SendAsync("GET", path);

        Assert.Equal(200, list.Status);
        Assert.Equal(
            new[] { "B", "a", "b" }.Take(count),
            list.Body.EnumerateArray().Select(device => device.GetProperty("deviceId").GetString()));
    }

    [Fact]
    public async Task Statistics_count_devices()
    {
        await _server.CreateAsync("a");
        await _server.CreateAsync("b", """{"status":"disabled"}""");
        await _server.CreateAsync("c");

        Assert.Equal(
            """{"totalDeviceCount":3,"enabledDeviceCount":2,"disabledDeviceCount":1}""",
            (await _server.SendAsync("GET", "/statistics/devices")).Body.GetRawText());
        Assert.Equal("""{"connectedDeviceCount":0}""", (await _server.SendAsync("GET", "/statistics/service")).Body.GetRawText());
    }

    [Fact]
    public async Task Hubs_of_one_process_keep_their_devices_apart()
    {
        await _server.CreateAsync("d");
        var hub = _server.Directory.Find(HubServer.SecondHostName)!;
        var key = Convert.FromBase64String(hub.FindPolicy("iothubowner")!.PrimaryKey);
        var token = SasTokenBuilder.Create(hub.HostName, key, _server.Clock.Now.AddHours(1), "iothubowner");
        var answer = await _server.SendAsync("GET", "/devices/d", token: token, host: "HUB2.muster.test:8443");

        answer.ShouldBe(404, "DeviceNotFound");
    }
}
