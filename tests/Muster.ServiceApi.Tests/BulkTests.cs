using System.Text.Json;

namespace Muster.ServiceApi.Tests;

/// <summary>Bulk operations on both kinds: checklist rows 90 to 98.</summary>
public sealed class BulkTests(ServiceApiHost host) : IClassFixture<ServiceApiHost>
{
    private const string Succeeded = """{"errors":[],"isSuccessful":true}""";

    public static TheoryData<string, string, string, int, string> Kinds => new()
    {
        { "/enrollments", "enrollments", "registrationId", 409201, "Enrollment already exists." },
        { "/enrollmentGroups", "enrollmentGroups", "enrollmentGroupId", 409202, "EnrollmentGroup already exists." },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Creating_twice_gives_an_error_per_item(string path, string items, string idMember, int code, string text)
    {
        var (a, b) = (Bodies.Id(), Bodies.Id());
        var body = Bulk(items, "create", Item(idMember, a), Item(idMember, b));
        var first = (await host.PostAsync(path, body)).ShouldBe(200);
        Assert.Equal(Succeeded, first.Text);
        Assert.Equal("application/json; charset=utf-8", first.Headers["Content-Type"]);

        var second = (await host.PostAsync(path + "/", body)).ShouldBe(200);
        Assert.Equal(
            "{\"errors\":["
                + string.Join(',', new[] { a, b }.Select(id =>
                    $$"""{"{{idMember}}":"{{id}}","errorCode":{{code}},"errorStatus":"{{text}}"}"""))
                + "],\"isSuccessful\":false}",
            second.Text);
        (await host.GetAsync($"{path}/{a}")).ShouldBe(200);
    }

    // "current" stands for the stored etag, "stale" for another one, "" for none; 0 is success.
    [Theory]
    [InlineData("create", "missing", "", 0)]
    [InlineData("create", "missing", "stale", 0)]
    [InlineData("create", "exists", "current", 409201)]
    [InlineData("update", "missing", "", 0)]
    [InlineData("update", "missing", "stale", 404201)]
    [InlineData("update", "missing", "*", 404201)]
    [InlineData("update", "exists", "", 409201)]
    [InlineData("update", "exists", "current", 0)]
    [InlineData("update", "exists", "quoted", 0)]
    [InlineData("update", "exists", "*", 0)]
    [InlineData("update", "exists", "stale", 412001)]
    [InlineData("update", "exists", "  ", 409201)]
    [InlineData("updateIfMatchETag", "exists", "", 400004)]
    [InlineData("updateIfMatchETag", "missing", "", 400004)]
    [InlineData("updateIfMatchETag", "exists", "current", 0)]
    [InlineData("updateifmatchetag", "exists", "*", 0)]
    [InlineData("updateIfMatchETag", "exists", "stale", 412001)]
    [InlineData("updateIfMatchETag", "missing", "stale", 404201)]
    [InlineData("delete", "exists", "", 0)]
    [InlineData("delete", "exists", "current", 0)]
    [InlineData("delete", "exists", "*", 0)]
    [InlineData("delete", "exists", "stale", 412001)]
    [InlineData("delete", "exists", ",", 400004)]
    [InlineData("delete", "missing", "", 404201)]
    [InlineData("Delete", "missing", "stale", 404201)]
    public async Task Mode_and_etag_decide_over_an_item(string mode, string state, string etag, int expected)
    {
        foreach (var (path, items, idMember) in new[]
        {
            ("/enrollments", "enrollments", "registrationId"), ("/enrollmentGroups", "enrollmentGroups", "enrollmentGroupId"),
        })
        {
            // Groups have numbers of their own for what is missing and for what exists.
            var code = idMember == "registrationId" ? expected : expected switch { 404201 => 404204, 409201 => 409202, _ => expected };
            var id = Bodies.Id();
            var stored = state == "exists" ? (await host.PutAsync($"{path}/{id}", Bodies.Symmetric)).ShouldBe(200).ETag! : "IjEi";
            var sent = etag switch { "current" => stored, "quoted" => $"\"{stored}\"", "stale" => "IjIi", _ => etag };
            var member = etag.Length == 0 ? "" : ",\"etag\":" + JsonSerializer.Serialize(sent);
            var reply = await host.PostAsync(path, Bulk(items, mode, Item(idMember, id, member)));

            var error = Assert.Single(Errors(reply).DefaultIfEmpty());
            Assert.Equal(code, error.Code);
            if (code == 0) Assert.Equal(Succeeded, reply.Text);
            else Assert.Equal(id, error.Id);
            var stands = (await host.GetAsync($"{path}/{id}")).Status == 200;
            var deletes = mode.Equals("delete", StringComparison.OrdinalIgnoreCase);
            Assert.Equal(deletes ? code != 0 && state == "exists" : code == 0 || state == "exists", stands);
        }
    }

    [Fact]
    public async Task Stale_item_leaves_the_other_updated()
    {
        var (a, b) = (Bodies.Id(), Bodies.Id());
        var before = (await host.PutAsync($"/enrollments/{a}", Bodies.Symmetric)).ETag;
        (await host.PutAsync($"/enrollments/{b}", Bodies.Symmetric)).ShouldBe(200);
        var reply = await host.PostAsync("/enrollments", Bulk(
            "enrollments",
            "updateIfMatchETag",
            Item("registrationId", b, ",\"etag\":\"IjIi\",\"deviceId\":\"new\""),
            Item("registrationId", a, $",\"etag\":\"{before}\",\"deviceId\":\"new\"")));

        Assert.Equal((b, 412001), Assert.Single(Errors(reply)));
        Assert.Equal("new", (await host.GetAsync($"/enrollments/{a}"))["deviceId"].GetString());
        Assert.Equal(JsonValueKind.Undefined, (await host.GetAsync($"/enrollments/{b}"))["deviceId"].ValueKind);
    }

    [Theory]
    [InlineData("\"allocationPolicy\":\"bogus\"", 400004)]
    [InlineData("\"deviceId\":7", 400004)]
    [InlineData("\"iotHubs\":[\"hub1.example.net\"]", 400004)]
    [InlineData("\"iotHubs\":[\"elsewhere.example.net\"],\"allocationPolicy\":\"hashed\"", 400004)]
    [InlineData("\"deviceId\":\"a\",\"deviceId\":\"b\"", 400004)]
    public async Task Invalid_item_does_not_stop_the_others(string member, int code)
    {
        var (a, bad, c) = (Bodies.Id(), Bodies.Id(), Bodies.Id());
        var reply = await host.PostAsync("/enrollments", Bulk(
            "enrollments", "create", Item("registrationId", a), Item("registrationId", bad, "," + member), Item("registrationId", c)));

        Assert.Equal((bad, code), Assert.Single(Errors(reply)));
        (await host.GetAsync($"/enrollments/{a}")).ShouldBe(200);
        (await host.GetAsync($"/enrollments/{bad}")).ShouldBe(404201);
        (await host.GetAsync($"/enrollments/{c}")).ShouldBe(200);
    }

    [Theory]
    [InlineData("1", "")]
    [InlineData("null", "")]
    [InlineData("[]", "")]
    [InlineData("{}", "")]
    [InlineData("{\"registrationId\":7}", "")]
    [InlineData("{\"registrationId\":\"\"}", "")]
    [InlineData("{\"registrationId\":\"a b\"}", "a b")]
    [InlineData("{\"registrationId\":\"x\",\"etag\":7}", "x")]
    public async Task Item_that_cannot_be_read_is_an_error_of_its_own(string item, string id)
    {
        foreach (var mode in new[] { "update", "updateIfMatchETag", "delete" })
        {
            var reply = (await host.PostAsync("/enrollments", Bulk("enrollments", mode, item))).ShouldBe(200);
            Assert.Equal((id, 400004), Assert.Single(Errors(reply)));
        }
    }

    [Theory]
    [InlineData("{", 400001)]
    [InlineData("", 400001)]
    [InlineData("[]", 400001)]
    [InlineData("{}", 400004)]
    [InlineData("{\"mode\":\"create\"}", 400004)]
    [InlineData("{\"enrollments\":[{\"registrationId\":\"never\"}]}", 400004)]
    [InlineData("{\"enrollments\":[],\"mode\":\"create\"}", 400004)]
    [InlineData("{\"enrollments\":{},\"mode\":\"create\"}", 400004)]
    [InlineData("{\"enrollmentGroups\":[{}],\"mode\":\"create\"}", 400004)]
    [InlineData("{\"enrollments\":[{\"registrationId\":\"never\",\"attestation\":{\"type\":\"symmetricKey\"}}],\"mode\":\"bogus\"}", 400004)]
    [InlineData("{\"enrollments\":[{\"registrationId\":\"never\",\"attestation\":{\"type\":\"symmetricKey\"}}],\"mode\":0}", 400004)]
    public async Task Call_that_cannot_be_understood_applies_nothing(string body, int expected)
    {
        (await host.PostAsync("/enrollments", body)).ShouldBe(expected);
        (await host.GetAsync("/enrollments/never")).ShouldBe(404201);
    }

    [Fact]
    public async Task Ten_items_are_the_most()
    {
        var ids = Enumerable.Range(0, 11).Select(_ => Bodies.Id()).ToList();
        var eleven = await host.PostAsync(
            "/enrollments", Bulk("enrollments", "create", [.. ids.Select(id => Item("registrationId", id))]));
        eleven.ShouldBe(400004);
        (await host.GetAsync($"/enrollments/{ids[0]}")).ShouldBe(404201);
        var ten = await host.PostAsync(
            "/enrollments", Bulk("enrollments", "create", [.. ids.Take(10).Select(id => Item("registrationId", id))]));
        Assert.Equal(Succeeded, ten.ShouldBe(200).Text);
    }

    [Fact]
    public async Task Same_id_twice_is_processed_in_turn()
    {
        var id = Bodies.Id();
        var reply = await host.PostAsync("/enrollments", Bulk("enrollments", "create", Item("registrationId", id), Item("registrationId", id)));
        Assert.Equal((id, 409201), Assert.Single(Errors(reply)));
    }

    [Fact]
    public async Task Body_may_be_larger_than_that_of_one_entity_but_not_than_4_MiB()
    {
        var information = ",\"optionalDeviceInformation\":{\"text\":\"" + new string('x', 60_000) + "\"}";
        var items = Enumerable.Range(0, 3).Select(_ => Item("registrationId", Bodies.Id(), information)).ToArray();
        Assert.Equal(Succeeded, (await host.PostAsync("/enrollments", Bulk("enrollments", "create", items))).ShouldBe(200).Text);

        var id = Bodies.Id();
        var large = ",\"optionalDeviceInformation\":{\"text\":\"" + new string('x', 100_000) + "\"}";
        var reply = await host.PostAsync("/enrollments", Bulk("enrollments", "create", Item("registrationId", id, large)));
        Assert.Equal((id, 400004), Assert.Single(Errors(reply)));
        (await host.PostAsync("/enrollments", "{\"x\":\"" + new string('x', 4 * 1024 * 1024) + "\"}")).ShouldBe(413000);
    }

    [Fact]
    public async Task Wrong_content_type_is_refused() =>
        (await host.PostAsync("/enrollments", "{}", ("Content-Type", "text/plain"))).ShouldBe(415000);

    [Theory]
    [InlineData("2017-11-15")]
    [InlineData("2019-03-31")]
    public async Task No_version_is_too_old_for_groups(string version)
    {
        var reply = await host.PostAsync(
            $"/enrollmentGroups?api-version={version}", Bulk("enrollmentGroups", "create", Item("enrollmentGroupId", Bodies.Id())));
        Assert.Equal(Succeeded, reply.ShouldBe(200).Text);
    }

    private static string Bulk(string member, string mode, params string[] items) =>
        $$"""{"{{member}}":[{{string.Join(',', items)}}],"mode":"{{mode}}"}""";

    private static string Item(string idMember, string id, string more = "") =>
        "{\"" + idMember + "\":\"" + id + "\"," + Bodies.OwnKeys + more + "}";

    private static IEnumerable<(string? Id, int Code)> Errors(Reply reply)
    {
        Assert.Equal(reply["errors"].GetArrayLength() == 0, reply["isSuccessful"].GetBoolean());
        return reply["errors"].EnumerateArray().Select(error => (
            (error.TryGetProperty("registrationId", out var id) ? id : error.GetProperty("enrollmentGroupId")).GetString(),
            error.GetProperty("errorCode").GetInt32()));
    }
}
