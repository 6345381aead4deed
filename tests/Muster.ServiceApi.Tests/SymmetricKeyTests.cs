using Xunit;

namespace Muster.ServiceApi.Tests;

/// <summary>Individual enrollments with symmetric keys and entity tags: checklist rows 24 to 46.</summary>
public sealed class SymmetricKeyTests(ServiceApiHost host) : IClassFixture<ServiceApiHost>
{
    private const string GeneratedKeys = "{\"attestation\":{\"type\":\"symmetricKey\"}}";

    private readonly string _path = "/enrollments/" + Bodies.Id();

    [Fact]
    public async Task Create_answers_200_with_the_keys_as_sent_and_nothing_that_was_not_given()
    {
        var reply = (await host.PutAsync(_path, Bodies.Symmetric)).ShouldBe(200);

        Assert.Equal("registrationId attestation etag provisioningStatus createdDateTimeUtc lastUpdatedDateTimeUtc", reply.Members);
        Assert.Equal(Bodies.PrimaryKey, reply["attestation.symmetricKey.primaryKey"].GetString());
        Assert.Equal(Bodies.SecondaryKey, reply["attestation.symmetricKey.secondaryKey"].GetString());
        Assert.Equal("enabled", reply["provisioningStatus"].GetString());
        Assert.Equal(reply["createdDateTimeUtc"].GetString(), reply["lastUpdatedDateTimeUtc"].GetString());
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,6}[1-9])?Z$", reply["createdDateTimeUtc"].GetString());
    }

    [Theory]
    [InlineData("null", null)]
    [InlineData("\"enabled\"", "enabled")]
    [InlineData("\"DISABLED\"", "disabled")]
    public async Task Provisioning_status_is_kept_null_too(string sent, string? shown)
    {
        Assert.Equal(shown, (await PutStatusAsync(sent)).ShouldBe(200)["provisioningStatus"].GetString());
        Assert.Equal(shown, (await host.GetAsync(_path)).ShouldBe(200)["provisioningStatus"].GetString());
        Assert.Contains("provisioningStatus", (await host.GetAsync(_path)).Members, StringComparison.Ordinal);

        var id = _path["/enrollments/".Length..];
        var queried = await host.PostAsync("/enrollments/query", "{\"query\":\"SELECT * WHERE registrationId = '" + id + "'\"}");
        Assert.Equal(shown, Assert.Single(queried.ShouldBe(200).Json.EnumerateArray()).GetProperty("provisioningStatus").GetString());
    }

    [Fact]
    public async Task Explicit_nulls_are_absent()
    {
        var body = Bodies.With(
            "\"allocationPolicy\":null,\"capabilities\":null,\"reprovisionPolicy\":null,\"customAllocationDefinition\":null,"
            + "\"provisioningStatus\":null,"
            + "\"deviceId\":null,\"optionalDeviceInformation\":null,\"iotHubs\":null,\"iotHubHostName\":null,"
            + "\"initialTwin\":null,\"registrationId\":null,"
            + "\"registrationState\":null,\"etag\":null");
        Assert.Equal(
            "registrationId attestation etag provisioningStatus createdDateTimeUtc lastUpdatedDateTimeUtc",
            (await host.PutAsync(_path, body)).ShouldBe(200).Members);
    }

    [Theory]
    [InlineData(GeneratedKeys)]
    [InlineData("{\"attestation\":{\"type\":\"symmetricKey\",\"symmetricKey\":null}}")]
    [InlineData("{\"attestation\":{\"type\":\"symmetricKey\",\"symmetricKey\":{}}}")]
    [InlineData("{\"attestation\":{\"type\":\"symmetricKey\",\"symmetricKey\":{\"primaryKey\":null,\"secondaryKey\":null},"
        + "\"tpm\":null,\"x509\":null}}")]
    [InlineData("{\"attestation\":{\"type\":\"symmetricKey\",\"symmetricKey\":{\"primaryKey\":\"\",\"secondaryKey\":\"\"}}}")]
    public async Task Absent_keys_are_made_by_the_service(string body)
    {
        var reply = (await host.PutAsync(_path, body)).ShouldBe(200);
        var primary = reply["attestation.symmetricKey.primaryKey"].GetString()!;
        var secondary = reply["attestation.symmetricKey.secondaryKey"].GetString()!;
        Assert.Equal(64, Convert.FromBase64String(primary).Length);
        Assert.Equal(64, Convert.FromBase64String(secondary).Length);
        Assert.NotEqual(primary, secondary);
    }

    [Fact]
    public async Task Get_shows_the_type_alone_and_the_virtual_registration_state()
    {
        await host.PutAsync(_path, Bodies.Symmetric);
        var reply = (await host.GetAsync(_path)).ShouldBe(200);
        Assert.Equal("""{"type":"symmetricKey"}""", reply["attestation"].GetRawText());
        Assert.Equal($$"""{"registrationId":"{{_path["/enrollments/".Length..]}}","status":"unassigned"}""",
            reply["registrationState"].GetRawText());
    }

    [Theory]
    [InlineData(null, "")]
    [InlineData("", "")]
    [InlineData("{}", "application/json")]
    [InlineData("anything", "text/plain")]
    public async Task Attestation_mechanism_gives_the_keys_whatever_the_body(string? body, string contentType)
    {
        var etag = (await host.PutAsync(_path, Bodies.Symmetric)).ETag;
        var reply = (await host.PostAsync(_path + "/attestationmechanism", body, ("Content-Type", contentType))).ShouldBe(200);
        Assert.Equal(
            "{\"type\":\"symmetricKey\",\"symmetricKey\":{\"primaryKey\":\"" + Bodies.PrimaryKey + "\",\"secondaryKey\":\""
                + Bodies.SecondaryKey + "\"}}",
            reply.Text);
        Assert.Equal("no-store", reply.Headers["Cache-Control"]);
        Assert.Equal(etag, (await host.GetAsync(_path)).ETag);
    }

    // The table of S-5; "current", "inner" and "stale" stand for forms of the stored etag.
    [Theory]
    [InlineData("missing", null, 200)]
    [InlineData("missing", "", 200)]
    [InlineData("missing", "*", 404201)]
    [InlineData("missing", "\"*\"", 404201)]
    [InlineData("missing", "stale", 404201)]
    [InlineData("exists", null, 409201)]
    [InlineData("exists", "", 409201)]
    [InlineData("exists", "*", 200)]
    [InlineData("exists", "\"*\"", 200)]
    [InlineData("exists", "current", 200)]
    [InlineData("exists", "\"current\"", 200)]
    [InlineData("exists", "W/\"current\"", 200)]
    [InlineData("exists", "\"inner\"", 200)]
    [InlineData("exists", "\"a\", \"current\"", 200)]
    [InlineData("exists", "stale", 412001)]
    [InlineData("exists", "\"stale\"", 412001)]
    public async Task Put_under_a_condition(string state, string? ifMatch, int expected)
    {
        var (etag, stale) = await PrepareAsync(state);
        var reply = await host.PutAsync(_path, Bodies.Symmetric, Condition(ifMatch, etag, stale));
        reply.ShouldBe(expected);
        if (expected == 200) Assert.NotEqual(etag, reply.ETag);
    }

    [Theory]
    [InlineData("missing", null, 404201)]
    [InlineData("missing", "*", 404201)]
    [InlineData("exists", null, 204)]
    [InlineData("exists", "*", 204)]
    [InlineData("exists", "\"*\"", 204)]
    [InlineData("exists", "current", 204)]
    [InlineData("exists", "\"current\"", 204)]
    [InlineData("exists", "stale", 412001)]
    public async Task Delete_under_a_condition(string state, string? ifMatch, int expected)
    {
        var (etag, stale) = await PrepareAsync(state);
        (await host.DeleteAsync(_path, Condition(ifMatch, etag, stale))).ShouldBe(expected);
        (await host.GetAsync(_path)).ShouldBe(expected == 412001 ? 200 : 404201);
        if (expected == 204) (await host.DeleteAsync(_path)).ShouldBe(404201);
    }

    [Theory]
    [InlineData("missing", "*", 200)]
    [InlineData("exists", "*", 412001)]
    [InlineData("exists", "\"x\"", 400003)]
    public async Task If_None_Match_on_put_creates_only(string state, string value, int expected)
    {
        await PrepareAsync(state);
        (await host.PutAsync(_path, Bodies.Symmetric, ("If-None-Match", value))).ShouldBe(expected);
    }

    [Fact]
    public async Task Update_keeps_the_creation_date_and_moves_etag_and_last_update()
    {
        var created = await host.PutAsync(_path, Bodies.Symmetric);
        var updated = (await host.PutAsync(_path, Bodies.Symmetric, ("If-Match", created.ETag!))).ShouldBe(200);
        Assert.NotEqual(created.ETag, updated.ETag);
        Assert.Equal(created["createdDateTimeUtc"].GetString(), updated["createdDateTimeUtc"].GetString());
        Assert.True(updated["lastUpdatedDateTimeUtc"].GetDateTimeOffset() > created["lastUpdatedDateTimeUtc"].GetDateTimeOffset());
        (await host.PutAsync(_path, Bodies.Symmetric, ("If-Match", created.ETag!))).ShouldBe(412001);
    }

    [Fact]
    public async Task Fetched_enrollment_that_is_sent_back_keeps_its_keys()
    {
        await host.PutAsync(_path, Bodies.Symmetric);
        var fetched = await host.GetAsync(_path);
        (await host.PutAsync(_path, fetched.Text, ("If-Match", fetched.ETag!))).ShouldBe(200);
        await KeysAreAsync(Bodies.PrimaryKey, Bodies.SecondaryKey);

        var emptied = fetched.Text.Replace("{\"type\":\"symmetricKey\"}",
            "{\"type\":\"symmetricKey\",\"symmetricKey\":{\"primaryKey\":\"\",\"secondaryKey\":\"\"}}");
        Assert.NotEqual(fetched.Text, emptied);
        (await host.PutAsync(_path, emptied, ("If-Match", "\"*\""))).ShouldBe(200);
        await KeysAreAsync(Bodies.PrimaryKey, Bodies.SecondaryKey);
    }

    [Fact]
    public async Task One_new_key_leaves_the_other()
    {
        await host.PutAsync(_path, Bodies.Symmetric);
        var key = Convert.ToBase64String(new byte[16]);
        var body = "{\"attestation\":{\"type\":\"symmetricKey\",\"symmetricKey\":{\"primaryKey\":\"" + key + "\"}}}";
        (await host.PutAsync(_path, body, ("If-Match", "*"))).ShouldBe(200);
        await KeysAreAsync(key, Bodies.SecondaryKey);
    }

    [Theory]
    [InlineData(15, 400004)]
    [InlineData(16, 200)]
    [InlineData(64, 200)]
    [InlineData(65, 400004)]
    public async Task Key_length(int bytes, int expected)
    {
        var key = Convert.ToBase64String(new byte[bytes]);
        var body = "{\"attestation\":{\"type\":\"symmetricKey\",\"symmetricKey\":{\"primaryKey\":\"" + key + "\",\"secondaryKey\":\"" + key
            + "\"}}}";
        var reply = (await host.PutAsync(_path, body)).ShouldBe(expected);
        if (expected == 200) Assert.Equal(key, reply["attestation.symmetricKey.primaryKey"].GetString());
        else Assert.DoesNotContain(key, reply.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not Base64 at all, though long")]
    [InlineData("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY")]
    [InlineData("MDEyMzQ1Njc4OWFi-2RlZjAxMjM0NTY3ODlhYmNkZWY=")]
    public async Task Key_that_is_not_Base64_is_refused(string key)
    {
        var body = "{\"attestation\":{\"type\":\"symmetricKey\",\"symmetricKey\":{\"secondaryKey\":\"" + key + "\"}}}";
        var reply = (await host.PutAsync(_path, body)).ShouldBe(400004);
        Assert.StartsWith("attestation.symmetricKey.secondaryKey:", reply.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(key, reply.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"etag\":\"\\\"wrong\\\"\"")]
    [InlineData("\"etag\":7")]
    [InlineData("\"registrationState\":{\"status\":\"assigned\"}")]
    [InlineData("\"registrationState\":\"x\"")]
    [InlineData("\"createdDateTimeUtc\":\"yesterday\",\"lastUpdatedDateTimeUtc\":1")]
    public async Task Read_only_members_in_a_body_are_ignored(string members)
    {
        var reply = (await host.PutAsync(_path, Bodies.With(members))).ShouldBe(200);
        Assert.Equal("registrationId attestation etag provisioningStatus createdDateTimeUtc lastUpdatedDateTimeUtc", reply.Members);
        Assert.NotEqual("\"wrong\"", reply.ETag);
    }

    [Fact]
    public async Task Type_cannot_be_changed()
    {
        await host.PutAsync(_path, Bodies.Symmetric);
        var reply = await host.PutAsync(
            _path, "{\"attestation\":{\"type\":\"tpm\",\"tpm\":{\"endorsementKey\":\"" + Bodies.EndorsementKey + "\"}}}",
            ("If-Match", "*"));
        Assert.StartsWith("attestation.type", reply.ShouldBe(400004).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Thousand_creations_of_one_id_give_one_200_and_as_many_unconditional_updates_all_succeed()
    {
        var creations = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => host.PutAsync(_path, GeneratedKeys)));
        Assert.Equal(1, creations.Count(reply => reply.Status == 200));
        Assert.Equal(999, creations.Count(reply => reply.ErrorCode == 409201));

        var updates = await Task.WhenAll(Enumerable.Range(0, 1000).Select(
            i => host.PutAsync(_path, Bodies.With($"\"deviceId\":\"d{i}\""), ("If-Match", "*"))));
        Assert.All(updates, reply => reply.ShouldBe(200));
        var final = await host.GetAsync(_path);
        Assert.Contains(updates, reply => reply.ETag == final.ETag && reply["deviceId"].GetString() == final["deviceId"].GetString());
    }

    [Fact]
    public async Task Two_updates_with_one_etag_give_one_200_and_one_412()
    {
        var etag = (await host.PutAsync(_path, Bodies.Symmetric)).ETag!;
        var replies = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => host.PutAsync(_path, Bodies.Symmetric, ("If-Match", etag))));
        Assert.Equal([200, 412], replies.Select(reply => reply.Status).Order());
    }

    [Fact]
    public async Task Log_holds_neither_keys_nor_tokens()
    {
        var created = await host.PutAsync(_path, GeneratedKeys);
        await host.PostAsync(_path + "/attestationmechanism");
        Assert.Contains(_path["/enrollments/".Length..], host.Log, StringComparison.Ordinal);
        foreach (var name in new[] { "primaryKey", "secondaryKey" })
            Assert.DoesNotContain(created["attestation.symmetricKey." + name].GetString()!, host.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(host.Instance.AccessPolicies[0].Keys.Primary.Reveal(), host.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("sig=", host.Log, StringComparison.Ordinal);
    }

    private Task<Reply> PutStatusAsync(string status) => host.PutAsync(_path, Bodies.With("\"provisioningStatus\":" + status));

    private async Task KeysAreAsync(string primary, string secondary)
    {
        var keys = await host.PostAsync(_path + "/attestationmechanism");
        Assert.Equal(primary, keys["symmetricKey.primaryKey"].GetString());
        Assert.Equal(secondary, keys["symmetricKey.secondaryKey"].GetString());
    }

    private async Task<(string ETag, string Stale)> PrepareAsync(string state)
    {
        if (state == "missing") return ("IjEi", "IjIi");
        var stale = (await host.PutAsync(_path, Bodies.Symmetric)).ShouldBe(200).ETag!;
        return ((await host.PutAsync(_path, Bodies.Symmetric, ("If-Match", stale))).ShouldBe(200).ETag!, stale);
    }

    private static (string, string)[] Condition(string? text, string etag, string stale) => text is null
        ? []
        : [("If-Match", text.Replace("current", etag).Replace("inner", Core.Concurrency.ETag.InnerText(etag)).Replace("stale", stale))];
}
