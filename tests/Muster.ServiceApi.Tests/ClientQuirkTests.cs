using System.Text.Json;

namespace Muster.ServiceApi.Tests;

/// <summary>Requests as the official C#, Java and Python clients and the command line write them: service-api S-13, checklist rows 110 to 113.</summary>
public sealed class ClientQuirkTests(ServiceApiHost host) : IClassFixture<ServiceApiHost>
{
    private readonly string _id = "q:" + Guid.NewGuid().ToString("N");

    private string FormEncodedId => _id.Replace(":", "%3A", StringComparison.Ordinal);

    [Fact]
    public async Task CSharp_sends_back_what_it_fetched_with_empty_keys_and_a_quoted_etag()
    {
        (string, string)[] headers = [("UserAgent", "provisioning-service-sdk/1.18.4"), ("Accept", "application/json")];
        var path = $"/enrollments/{FormEncodedId}?api-version=2019-03-31";
        (await host.PutAsync(path, Bodies.With($"\"registrationId\":\"{_id}\""), headers)).ShouldBe(200);
        var fetched = await host.GetAsync(path, headers);
        var body = $$$"""
            {"attestation":{"type":"symmetricKey","symmetricKey":{"primaryKey":"","secondaryKey":""}},"registrationId":"{{{_id}}}",
             "provisioningStatus":"enabled","createdDateTimeUtc":"{{{fetched["createdDateTimeUtc"].GetString()}}}",
             "lastUpdatedDateTimeUtc":"{{{fetched["lastUpdatedDateTimeUtc"].GetString()}}}","etag":"{{{fetched.ETag}}}"}
            """;
        var updated = (await host.PutAsync(path, body, [.. headers, ("If-Match", $"\"{fetched.ETag}\"")])).ShouldBe(200);
        Assert.Equal(Bodies.PrimaryKey, updated["attestation.symmetricKey.primaryKey"].GetString());
        (await host.PutAsync(path, body, [.. headers, ("If-Match", "\"*\"")])).ShouldBe(200);

        var query = await host.PostAsync("/enrollments/query?api-version=2019-03-31", "{\"query\":\"SELECT * FROM enrollments\"}", headers);
        Assert.Equal("Enrollment", query.ShouldBe(200).Headers["x-ms-item-type"]);
        foreach (var (list, itemType) in new[]
        {
            ("/enrollmentGroups/query", "EnrollmentGroup"), ($"/registrations/{FormEncodedId}/query", "DeviceRegistration"),
        })
        {
            (string, string)[] pageOfFive = [.. headers, ("x-ms-max-item-count", "5")];
            var page = await host.PostAsync(list + "?api-version=2019-03-31", "{\"query\":\"SELECT * FROM enrollmentGroups\"}", pageOfFive);
            Assert.Equal(itemType, page.ShouldBe(200).Headers["x-ms-item-type"]);
        }

        Assert.Contains("404201", (await host.GetAsync("/enrollments/absent?api-version=2019-03-31", headers)).Text, StringComparison.Ordinal);
        (await host.DeleteAsync(path, [.. headers, ("If-Match", $"\"{updated.ETag}\"")])).ShouldBe(412);
        (await host.DeleteAsync(path, [.. headers, ("If-Match", "\"*\"")])).ShouldBe(204);
    }

    [Fact]
    public async Task Java_encodes_no_id_and_sends_an_object_for_the_mechanism()
    {
        (string, string)[] headers = [("Request-Id", "1001"), ("Accept", "application/json")];
        var path = $"/enrollments/{_id}";
        var created = (await host.PutAsync(path + "?api-version=2019-03-31", Bodies.Symmetric, headers)).ShouldBe(200);
        (await host.PutAsync(path + "?api-version=2019-03-31", Bodies.Symmetric, [.. headers, ("If-Match", created.ETag!)])).ShouldBe(200);
        var mechanism = await host.PostAsync(path + "/attestationmechanism?api-version=2019-03-31", "{}", headers);
        Assert.Equal(Bodies.PrimaryKey, mechanism.ShouldBe(200)["symmetricKey.primaryKey"].GetString());

        // Its query builder adds conditions and groupings; what does not parse lists everything.
        var builder = "{\"query\":\"select * from enrollments where provisioningStatus = 'enabled' group by provisioningStatus\"}";
        Assert.True((await host.PostAsync("/enrollments/query?api-version=2019-03-31", builder, headers)).ShouldBe(200).Json.GetArrayLength() > 0);
        var bulk = await host.PostAsync(
            "/enrollments?api-version=2019-03-31",
            "{\"mode\":\"delete\",\"enrollments\":[{\"registrationId\":\"" + _id + "\",\"attestation\":{\"type\":\"symmetricKey\"}}]}",
            headers);
        Assert.Equal("""{"errors":[],"isSuccessful":true}""", bulk.ShouldBe(200).Text);
    }

    [Fact]
    public async Task Python_and_the_command_line_send_nulls_bare_etags_and_an_empty_twin()
    {
        var path = $"/enrollments/{FormEncodedId}";
        var body = """
            {"registrationId":"ID","attestation":{"type":"symmetricKey","symmetricKey":{"primaryKey":null,"secondaryKey":null},"tpm":null,"x509":null},
             "allocationPolicy":null,"capabilities":null,"reprovisionPolicy":null,"customAllocationDefinition":null,"provisioningStatus":null,"deviceId":null,
             "optionalDeviceInformation":null,"iotHubs":null,"iotHubHostName":null,"initialTwin":{"tags":{},"properties":{"desired":{}}},
             "registrationState":null,"etag":null}
            """.Replace("ID", _id, StringComparison.Ordinal);
        var created = (await host.PutAsync(path, body, ("Cache-Control", "no-cache"))).ShouldBe(200);
        Assert.Equal(JsonValueKind.Null, created["provisioningStatus"].ValueKind);
        Assert.Equal("""{"tags":{},"properties":{"desired":{}}}""", created["initialTwin"].GetRawText());
        (await host.PutAsync(path, body)).ShouldBe(409201);

        // An update is a read, the keys beside it, and a write of the whole.
        (await host.GetAsync(path)).ShouldBe(200);
        var keys = (await host.PostAsync(path + "/attestationmechanism")).ShouldBe(200);
        var whole = body.Replace(
            "\"symmetricKey\":{\"primaryKey\":null,\"secondaryKey\":null}", "\"symmetricKey\":" + keys["symmetricKey"].GetRawText(), StringComparison.Ordinal);
        (await host.PutAsync(path, whole, ("If-Match", created.ETag!))).ShouldBe(200);
        (await host.PutAsync(path, whole, ("If-Match", created.ETag!))).ShouldBe(412001);
        (await host.PutAsync(path, whole, ("If-Match", "*"))).ShouldBe(200);
        (await host.DeleteAsync(path, ("If-Match", "*"))).ShouldBe(204);
    }
}
