using Xunit;

namespace Muster.ServiceApi.Tests;

/// <summary>Hubs, policies, twin and the other optional members, and versions: checklist rows 60 to 69, 75, 79, 80, 106 to 108.</summary>
public sealed class PlacementTests(ServiceApiHost host) : IClassFixture<ServiceApiHost>
{
    private const string Webhook =
        "\"customAllocationDefinition\":{\"webhookUrl\":\"https://hooks.example.net/?code=1\",\"apiVersion\":\"2019-03-31\"}";

    private readonly string _path = "/enrollments/" + Bodies.Id();
    private readonly string _groupPath = "/enrollmentGroups/" + Bodies.Id();

    [Theory]
    [InlineData("\"allocationPolicy\":\"static\"", 200)]
    [InlineData("\"iotHubs\":[\"hub1.example.net\"]", 400004)]
    [InlineData("\"iotHubs\":[\"hub1.example.net\"],\"allocationPolicy\":\"hashed\"", 200)]
    [InlineData("\"iotHubs\":[\"HUB1.example.net\"],\"allocationPolicy\":\"hashed\"", 200)]
    [InlineData("\"iotHubs\":[\"hub2.example.net\"],\"allocationPolicy\":\"hashed\"", 400004)]
    [InlineData("\"iotHubs\":[\"\"],\"allocationPolicy\":\"hashed\"", 400004)]
    [InlineData("\"iotHubs\":[]", 200)]
    [InlineData("\"iotHubHostName\":\"hub1.example.net\"", 200)]
    [InlineData("\"iotHubHostName\":\"hub2.example.net\"", 400004)]
    [InlineData("\"allocationPolicy\":\"custom\"", 400004)]
    [InlineData("\"allocationPolicy\":\"custom\"," + Webhook, 200)]
    [InlineData("\"allocationPolicy\":\"geoLatency\"," + Webhook, 200)]
    [InlineData(Webhook, 200)]
    [InlineData("\"customAllocationDefinition\":{\"webhookUrl\":\"https://hooks.example.net\"}", 400004)]
    [InlineData("\"customAllocationDefinition\":{\"webhookUrl\":\"ftp://hooks.example.net\",\"apiVersion\":\"2019-03-31\"}", 400004)]
    public async Task Combination(string members, int expected)
    {
        (await host.PutAsync(_path, Bodies.With(members))).ShouldBe(expected);
        (await host.PutAsync(_groupPath, Bodies.With(members))).ShouldBe(expected);
    }

    [Fact]
    public async Task Hubs_without_policy_are_refused_with_the_text_of_the_original()
    {
        var reply = await host.PutAsync(_path, Bodies.With("\"iotHubs\":[\"hub1.example.net\"]"));
        Assert.Equal("Enrollment allocationPolicy must be specified when iotHubs are specified.", reply.ShouldBe(400004).Message);
    }

    [Theory]
    [InlineData("capabilities", "{\"iotEdge\":true}")]
    [InlineData("iotHubHostName", "\"Hub1.example.net\"")]
    [InlineData("initialTwin",
        "{\"tags\":{\"site\":{\"floor\":3,\"rooms\":[1,\"a\",{\"b\":[]}]}},"
        + "\"properties\":{\"desired\":{\"count\":1,\"metadata\":{},\"version\":2.50}}}")]
    [InlineData("initialTwin", "{\"tags\":{},\"properties\":{\"desired\":{}}}")]
    [InlineData("initialTwin", "{\"properties\":{}}")]
    [InlineData("initialTwin", "{}")]
    [InlineData("initialTwin", "{\"tags\":{\"ä+<>&'\":\"ü/\\\"\"}}")]
    [InlineData("reprovisionPolicy", "{\"updateHubAssignment\":true,\"migrateDeviceData\":false}")]
    [InlineData("reprovisionPolicy", "{\"updateHubAssignment\":false,\"migrateDeviceData\":false}")]
    [InlineData("allocationPolicy", "\"geoLatency\"")]
    [InlineData("customAllocationDefinition", "{\"webhookUrl\":\"https://hooks.example.net/?code=a+b&c=1\",\"apiVersion\":\"2019-03-31\"}")]
    public async Task Optional_member_is_echoed_as_sent(string name, string value)
    {
        foreach (var path in new[] { _path, _groupPath })
        {
            Assert.Equal(value, (await host.PutAsync(path, Bodies.With($"\"{name}\":{value}"))).ShouldBe(200)[name].GetRawText());
            Assert.Equal(value, (await host.GetAsync(path)).ShouldBe(200)[name].GetRawText());
            (await host.PutAsync(path, Bodies.Symmetric, ("If-Match", "*"))).ShouldBe(200);
            Assert.DoesNotContain(name, (await host.GetAsync(path)).Members, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("{\"updateHubAssignment\":false}", "{\"updateHubAssignment\":false,\"migrateDeviceData\":true}")]
    [InlineData("{\"migrateDeviceData\":false,\"updateHubAssignment\":null}", "{\"updateHubAssignment\":true,\"migrateDeviceData\":false}")]
    [InlineData("{}", "{\"updateHubAssignment\":true,\"migrateDeviceData\":true}")]
    public async Task Absent_flags_of_a_reprovision_policy_are_true(string sent, string shown) =>
        Assert.Equal(shown, Shown(await host.PutAsync(_path, Bodies.With("\"reprovisionPolicy\":" + sent))));

    private static string Shown(Reply reply) => reply.ShouldBe(200)["reprovisionPolicy"].GetRawText();

    [Fact]
    public async Task Repeated_hubs_collapse_and_no_hubs_are_absent()
    {
        var body = Bodies.With("\"iotHubs\":[\"hub1.example.net\",\"HUB1.example.net\"],\"allocationPolicy\":\"static\"");
        Assert.Equal("""["hub1.example.net"]""", (await host.PutAsync(_path, body)).ShouldBe(200)["iotHubs"].GetRawText());
        var cleared = await host.PutAsync(_path, Bodies.With("\"iotHubs\":[],\"allocationPolicy\":\"static\""), ("If-Match", "*"));
        Assert.DoesNotContain("iotHubs", cleared.ShouldBe(200).Members, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Device_members_belong_to_individuals_and_groups_ignore_them()
    {
        var body = Bodies.With("\"deviceId\":\"Device@1\",\"optionalDeviceInformation\":{\"serial\":[1,{\"a\":\"b\"}]}");
        var individual = (await host.PutAsync(_path, body)).ShouldBe(200);
        Assert.Equal("Device@1", individual["deviceId"].GetString());
        Assert.Equal("""{"serial":[1,{"a":"b"}]}""", individual["optionalDeviceInformation"].GetRawText());

        var group = (await host.PutAsync(_groupPath, body)).ShouldBe(200);
        Assert.Equal("enrollmentGroupId attestation etag provisioningStatus createdDateTimeUtc lastUpdatedDateTimeUtc", group.Members);
    }

    [Fact]
    public async Task All_members_come_in_the_order_of_the_original()
    {
        var body = Bodies.With(
            "\"deviceId\":\"d\",\"optionalDeviceInformation\":{},"
            + "\"capabilities\":{\"iotEdge\":false},\"iotHubHostName\":\"hub1.example.net\","
            + "\"namespaceName\":\"ns-1\",\"certificateAuthorityName\":\"ca-1\",\"certificatePolicyName\":\"pol-1\",\"initialTwin\":{},"
            + "\"reprovisionPolicy\":{},\"allocationPolicy\":\"hashed\",\"iotHubs\":[\"hub1.example.net\"]," + Webhook);
        (await host.PutAsync(_path + "?api-version=2026-11-01", body)).ShouldBe(200);
        Assert.Equal(
            "registrationId deviceId registrationState optionalDeviceInformation attestation capabilities iotHubHostName namespaceName "
            + "certificateAuthorityName certificatePolicyName initialTwin etag provisioningStatus reprovisionPolicy createdDateTimeUtc "
            + "lastUpdatedDateTimeUtc allocationPolicy iotHubs customAllocationDefinition",
            (await host.GetAsync(_path + "?api-version=2026-11-01")).ShouldBe(200).Members);
    }

    [Fact]
    public async Task Group_generates_keys_and_gives_them_on_demand()
    {
        var created = (await host.PutAsync(
            _groupPath, "{\"attestation\":{\"type\":\"symmetricKey\",\"symmetricKey\":{\"primaryKey\":null,\"secondaryKey\":null}}}"))
                .ShouldBe(200);
        Assert.Equal("""{"type":"symmetricKey"}""", (await host.GetAsync(_groupPath)).ShouldBe(200)["attestation"].GetRawText());
        Assert.DoesNotContain("registrationState", (await host.GetAsync(_groupPath)).Members, StringComparison.Ordinal);

        var keys = await host.PostAsync(_groupPath.Replace("enrollmentGroups", "enrollmentgroups") + "/attestationmechanism");
        Assert.Equal(created["attestation"].GetRawText(), keys.ShouldBe(200).Text);
    }

    [Fact]
    public async Task Group_conditions_have_codes_of_their_own()
    {
        (await host.GetAsync(_groupPath)).ShouldBe(404204);
        (await host.PutAsync(_groupPath, Bodies.Symmetric, ("If-Match", "*"))).ShouldBe(404204);
        (await host.PutAsync(_groupPath, Bodies.Symmetric)).ShouldBe(200);
        (await host.PutAsync(_groupPath, Bodies.Symmetric)).ShouldBe(409202);
        (await host.PutAsync(_groupPath, Bodies.Symmetric, ("If-Match", "\"x\""))).ShouldBe(412001);
        (await host.DeleteAsync(_groupPath, ("If-Match", "\"x\""))).ShouldBe(412001);
        (await host.DeleteAsync(_groupPath)).ShouldBe(204);
        (await host.DeleteAsync(_groupPath)).ShouldBe(404204);
        (await host.PostAsync(_groupPath + "/attestationmechanism")).ShouldBe(404204);
    }

    // Members that a version shows of an individual and of a group that have everything.
    [Theory]
    [InlineData("2017-11-15", "", "")]
    [InlineData("2018-04-01", "capabilities", "")]
    [InlineData("2018-09-01-preview", "capabilities reprovisionPolicy allocationPolicy iotHubs",
        "reprovisionPolicy allocationPolicy iotHubs")]
    [InlineData("2018-11-01", "capabilities reprovisionPolicy allocationPolicy iotHubs", "reprovisionPolicy allocationPolicy iotHubs")]
    [InlineData("2019-03-31", "optionalDeviceInformation capabilities reprovisionPolicy allocationPolicy iotHubs",
        "capabilities reprovisionPolicy allocationPolicy iotHubs")]
    [InlineData("2021-10-01", "optionalDeviceInformation capabilities reprovisionPolicy allocationPolicy iotHubs",
        "capabilities reprovisionPolicy allocationPolicy iotHubs")]
    [InlineData("2025-07-01-preview",
        "optionalDeviceInformation capabilities credentialPolicyName reprovisionPolicy allocationPolicy iotHubs",
        "capabilities credentialPolicyName reprovisionPolicy allocationPolicy iotHubs")]
    [InlineData("2026-07-01-preview",
        "optionalDeviceInformation capabilities certificatePolicyResourceId reprovisionPolicy allocationPolicy iotHubs",
        "capabilities certificatePolicyResourceId reprovisionPolicy allocationPolicy iotHubs")]
    [InlineData("2026-11-02-preview",
        "optionalDeviceInformation capabilities namespaceName certificateAuthorityName certificatePolicyName "
        + "reprovisionPolicy allocationPolicy iotHubs",
        "capabilities namespaceName certificateAuthorityName certificatePolicyName reprovisionPolicy allocationPolicy iotHubs")]
    public async Task Version_shows_the_members_it_knows_and_its_writes_keep_the_others(string version, string individual, string group)
    {
        string[] always = ["registrationId", "enrollmentGroupId", "registrationState", "attestation", "etag", "provisioningStatus",
            "createdDateTimeUtc", "lastUpdatedDateTimeUtc"];
        var body = Bodies.With(
            "\"optionalDeviceInformation\":{\"a\":1},\"capabilities\":{\"iotEdge\":true},"
            + "\"namespaceName\":\"ns-1\",\"certificateAuthorityName\":\"ca-1\","
            + "\"certificatePolicyName\":\"pol-1\",\"reprovisionPolicy\":{},"
            + "\"allocationPolicy\":\"hashed\",\"iotHubs\":[\"hub1.example.net\"]");
        foreach (var (path, members) in new[] { (_path, individual), (_groupPath, group) })
        {
            (await host.PutAsync(path + "?api-version=2026-11-01", body)).ShouldBe(200);
            var before = await host.GetAsync(path + "?api-version=2026-11-01");

            var seen = (await host.GetAsync($"{path}?api-version={version}")).ShouldBe(200);
            Assert.Equal(members, string.Join(' ', seen.Members.Split(' ').Except(always)));

            // What this version read is written back: nothing may be lost.
            (await host.PutAsync($"{path}?api-version={version}", seen.Text, ("If-Match", "*"))).ShouldBe(200);
            var after = await host.GetAsync(path + "?api-version=2026-11-01");
            Assert.Equal(before.Members, after.Members);
            Assert.Equal("ns-1", after["namespaceName"].GetString());

            // What it leaves out of what it knows is removed.
            (await host.PutAsync($"{path}?api-version={version}", Bodies.Symmetric, ("If-Match", "*"))).ShouldBe(200);
            var left = (await host.GetAsync($"{path}?api-version={version}")).Members.Split(' ').Except(always);
            Assert.Empty(left);
        }
    }

    [Theory]
    [InlineData("\"namespaceName\":\"Ab\",\"certificateAuthorityName\":\"ca-1\",\"certificatePolicyName\":\"pol-1\"", 400004)]
    [InlineData("\"namespaceName\":\"ns-1\",\"certificateAuthorityName\":\"ca-1\"", 400004)]
    [InlineData("\"certificatePolicyName\":\"pol-1\"", 400004)]
    [InlineData("\"namespaceName\":null,\"certificateAuthorityName\":null,\"certificatePolicyName\":null", 200)]
    public async Task Certificate_policy_is_whole_or_absent(string members, int expected) =>
        (await host.PutAsync(_path + "?api-version=2026-11-01", Bodies.With(members))).ShouldBe(expected);

    [Fact]
    public async Task Credential_policy_name_reads_as_the_three_names_of_the_later_version()
    {
        var created = await host.PutAsync(_path + "?api-version=2025-07-01-preview", Bodies.With("\"credentialPolicyName\":\"pol-1\""));
        Assert.Equal("pol-1", created.ShouldBe(200)["credentialPolicyName"].GetString());
        var later = (await host.GetAsync(_path + "?api-version=2026-11-01")).ShouldBe(200);
        Assert.Equal("default", later["namespaceName"].GetString());
        Assert.Equal("default", later["certificateAuthorityName"].GetString());
        Assert.Equal("pol-1", later["certificatePolicyName"].GetString());
    }
}
