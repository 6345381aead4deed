using System.Text.Json;
using Muster.ServiceApi.Requests;
using Xunit;

namespace Muster.ServiceApi.Tests;

/// <summary>service-api S-1 and the checklist rows 14 to 23 and 70 to 74.</summary>
public sealed class TransportTests(ServiceApiHost host) : IClassFixture<ServiceApiHost>
{
    public static TheoryData<string> Versions() => [.. ServiceApiVersions.Supported];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Supported_version_is_accepted(string version)
    {
        Assert.Equal(11, ServiceApiVersions.Supported.Count);
        (await host.GetAsync("/enrollments/missing?API-Version=" + version)).ShouldBe(404201);
    }

    [Theory]
    [InlineData("?x=1")]
    [InlineData("?api-version=")]
    [InlineData("?api-version=1999-01-01")]
    [InlineData("?api-version=2019-05-01")]
    [InlineData("?api-version=2021-11-01-preview")]
    [InlineData("?api-version=2021-10-01&api-version=2021-10-01")]
    public async Task Missing_or_unsupported_version_is_refused_with_the_supported_ones(string query)
    {
        var reply = (await host.GetAsync("/enrollments/x" + query)).ShouldBe(400002);
        Assert.Contains("api-version", reply.Message, StringComparison.Ordinal);
        Assert.Contains("2021-10-01", reply.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/ENROLLMENTS/missing", 404201)]
    [InlineData("GET", "/enrollmentgroups/missing", 404204)]
    [InlineData("GET", "/enrollments/missing/", 404201)]
    [InlineData("POST", "/enrollmentgroups/missing/attestationMechanism", 404204)]
    [InlineData("PUT", "/enrollments", 405000)]
    [InlineData("GET", "/enrollments/", 405000)]
    [InlineData("GET", "/enrollmentGroups/", 405000)]
    [InlineData("DELETE", "/registrations", 405000)]
    [InlineData("PATCH", "/enrollments/x", 405000)]
    [InlineData("POST", "/enrollments/x", 405000)]
    [InlineData("GET", "/enrollments/x/attestationmechanism", 405000)]
    [InlineData("PUT", "/registrations/x", 405000)]
    [InlineData("GET", "/registrations/x/query", 405000)]
    [InlineData("GET", "/enrollments/x/y", 404000)]
    [InlineData("GET", "/enrollments/x/y/z", 404000)]
    [InlineData("POST", "/registrations/x/y", 404000)]
    [InlineData("GET", "/enrollments//x", 404000)]
    public async Task Path_and_method_are_settled_first(string method, string path, int expected)
    {
        var reply = (await host.SendAsync(method, path, null)).ShouldBe(expected);
        if (expected == 405000) Assert.Contains("Allow", reply.Headers.Keys);
        Assert.Equal("application/json; charset=utf-8", reply.Headers["Content-Type"]);
    }

    [Fact]
    public async Task Allow_names_the_methods_of_the_path()
    {
        var reply = await host.SendAsync("PATCH", "/enrollments/x", null);
        Assert.Equal("DELETE, GET, PUT", reply.Headers["Allow"]);
    }

    [Theory]
    [InlineData("text/plain", 415000)]
    [InlineData("application/xml", 415000)]
    [InlineData("", 415000)]
    [InlineData("application/json", 200)]
    [InlineData("application/json;charset=UTF-8", 200)]
    [InlineData("Application/JSON; charset=iso-8859-1", 200)]
    public async Task Content_type_of_a_put(string contentType, int expected) =>
        (await host.PutAsync("/enrollments/" + Bodies.Id(), Bodies.Symmetric, ("Content-Type", contentType))).ShouldBe(expected);

    public static TheoryData<string, int, string> BadBodies() => new()
    {
        { "", 400001, "empty" },
        { "{", 400001, "not valid JSON" },
        { "[]", 400001, "JSON object" },
        { "\"text\"", 400001, "JSON object" },
        { "null", 400001, "JSON object" },
        { "{} {}", 400001, "not valid JSON" },
        { "{\"a\":" + new string('[', 100) + new string(']', 100) + "}", 400001, "not valid JSON" },
        { "{}", 400004, "attestation" },
        { "{\"attestation\":1}", 400004, "attestation" },
        { "{\"attestation\":{}}", 400004, "attestation.type" },
        { "{\"attestation\":{\"type\":1}}", 400004, "attestation.type" },
        { "{\"attestation\":{\"type\":\"none\"}}", 400004, "attestation.type" },
        { "{\"attestation\":{\"type\":\"bogus\"}}", 400004, "attestation.type" },
        { "{\"attestation\":{\"type\":\"symmetricKey\"},\"Attestation\":{}}", 400004, "Attestation: it is given twice" },
        { Bodies.With("\"registrationId\":5"), 400004, "registrationId" },
        { Bodies.With("\"provisioningStatus\":true"), 400004, "provisioningStatus" },
        { Bodies.With("\"provisioningStatus\":\"bogus\""), 400004, "provisioningStatus" },
        { Bodies.With("\"allocationPolicy\":\"bogus\""), 400004, "allocationPolicy" },
        { Bodies.With("\"allocationPolicy\":1"), 400004, "allocationPolicy" },
        { Bodies.With("\"iotHubs\":\"hub1.example.net\""), 400004, "iotHubs" },
        { Bodies.With("\"iotHubs\":[\"hub1.example.net\",7]"), 400004, "iotHubs[1]" },
        { Bodies.With("\"capabilities\":{}"), 400004, "capabilities.iotEdge" },
        { Bodies.With("\"capabilities\":{\"iotEdge\":\"yes\"}"), 400004, "capabilities.iotEdge" },
        { Bodies.With("\"reprovisionPolicy\":[]"), 400004, "reprovisionPolicy" },
        { Bodies.With("\"reprovisionPolicy\":{\"updateHubAssignment\":0}"), 400004, "reprovisionPolicy.updateHubAssignment" },
        { Bodies.With("\"initialTwin\":\"x\""), 400004, "initialTwin" },
        { Bodies.With("\"initialTwin\":{\"tags\":[]}"), 400004, "initialTwin.tags" },
        { Bodies.With("\"initialTwin\":{\"properties\":{\"desired\":1}}"), 400004, "initialTwin.properties.desired" },
        { Bodies.With("\"initialTwin\":{\"tags\":{\"a\":1,\"a\":2}}"), 400004, "initialTwin.tags" },
        { Bodies.With("\"initialTwin\":{\"tags\":{\"a\":\"\\ud800\"}}"), 400004, "initialTwin.tags" },
        { Bodies.With("\"initialTwin\":{\"tags\":{\"\\ud800\":1}}"), 400004, "initialTwin.tags" },
        { Bodies.With("\"optionalDeviceInformation\":\"x\""), 400004, "optionalDeviceInformation" },
        { Bodies.With("\"deviceId\":\"\\ud800\""), 400004, "deviceId" },
        { Bodies.With("\"\\ud800\":1"), 400004, "body" },
        { Bodies.With("\"customAllocationDefinition\":{\"webhookUrl\":1}"), 400004, "customAllocationDefinition.webhookUrl" },
    };

    [Theory]
    [MemberData(nameof(BadBodies))]
    public async Task Bad_body_is_refused_and_names_what_is_wrong(string body, int code, string message)
    {
        var reply = (await host.PutAsync("/enrollments/" + Bodies.Id(), body)).ShouldBe(code);
        Assert.Contains(message, reply.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(98304, false, 200)]
    [InlineData(98305, false, 413000)]
    [InlineData(98305, true, 413000)]
    public async Task Body_is_limited(int size, bool chunked, int expected)
    {
        var body = Bodies.Symmetric[..^1] + new string(' ', size - Bodies.Symmetric.Length) + "}";
        Assert.Equal(size, body.Length);
        (string, string)[] headers = chunked ? [("Transfer-Encoding", "chunked")] : [];
        (await host.PutAsync("/enrollments/" + Bodies.Id(), body, headers)).ShouldBe(expected);
    }

    [Fact]
    public async Task Missing_body_is_named_rather_than_its_type()
    {
        (await host.SendAsync("PUT", "/enrollments/" + Bodies.Id(), null)).ShouldBe(400001);
        (await host.SendAsync("POST", "/enrollments/query", null)).ShouldBe(400001);
    }

    [Fact]
    public async Task Mutated_bodies_are_accepted_or_refused_and_never_break_the_server()
    {
        var random = new Random(20260101);
        var body = Bodies.With(
            "\"deviceId\":\"d\",\"optionalDeviceInformation\":{\"a\":[1,null]},\"capabilities\":{\"iotEdge\":true},"
            + "\"iotHubs\":[\"hub1.example.net\"],\"initialTwin\":{\"tags\":{\"a\":\"b\"},\"properties\":{\"desired\":{\"c\":1.5e3}}},"
            + "\"allocationPolicy\":\"hashed\",\"provisioningStatus\":null");
        var x509 = Bodies.X509("clientCertificates", Bodies.Slot(Bodies.Base64Certificate()), null);
        var statuses = new HashSet<int>();
        for (var round = 0; round < 500; round++)
        {
            var mutated = (round % 4 == 0 ? x509 : body).ToCharArray();
            for (var change = random.Next(1, 4); change > 0; change--)
                mutated[random.Next(mutated.Length)] = "{}[]\",:\\0u-n\u0000\u00fc"[random.Next(14)];
            statuses.Add((await host.PutAsync("/enrollments/" + Bodies.Id(), new string(mutated))).Status);
        }

        Assert.Subset(new HashSet<int> { 200, 400, 409 }, statuses);
        Assert.Contains(400, statuses);
    }

    [Fact]
    public async Task Byte_order_mark_is_tolerated() =>
        (await host.PutAsync("/enrollments/" + Bodies.Id(), "\uFEFF" + Bodies.Symmetric)).ShouldBe(200);

    [Fact]
    public async Task Member_names_and_enumerations_compare_without_case_and_unknown_members_are_dropped()
    {
        var body = "{\"ATTESTATION\":{\"Type\":\"SymmetricKey\"},\"AllocationPolicy\":\"Hashed\","
            + "\"foo\":1,\"INITIALTWIN\":{\"Tags\":{\"A\":1},\"bar\":2}}";
        var reply = (await host.PutAsync("/enrollments/" + Bodies.Id(), body)).ShouldBe(200);
        Assert.Equal("hashed", reply["allocationPolicy"].GetString());
        Assert.Equal("""{"tags":{"A":1}}""", reply["initialTwin"].GetRawText());
        Assert.DoesNotContain("foo", reply.Members, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_carry_the_headers_that_clients_read()
    {
        var path = "/enrollments/" + Bodies.Id();
        var put = (await host.PutAsync(path, Bodies.Symmetric)).ShouldBe(200);
        Assert.Equal("no-store", put.Headers["Cache-Control"]);
        Reply[] answers = [put, await host.GetAsync(path), await host.PostAsync(path + "/attestationmechanism"),
            await host.DeleteAsync(path)];
        foreach (var answer in answers)
        {
            Assert.Equal("max-age=31536000; includeSubDomains", answer.Headers["Strict-Transport-Security"]);
            Assert.True(Guid.TryParse(answer.Headers["x-ms-request-id"], out _));
            Assert.DoesNotContain("ETag", answer.Headers.Keys);
            Assert.Contains("Date", answer.Headers.Keys);
            if (answer.Status == 204)
            {
                Assert.Equal("", answer.Text);
                Assert.DoesNotContain("Content-Type", answer.Headers.Keys);
            }
            else
            {
                Assert.Equal("application/json; charset=utf-8", answer.Headers["Content-Type"]);
            }
        }

        Assert.Equal(answers.Length, answers.Select(answer => answer.Headers["x-ms-request-id"]).Distinct(StringComparer.Ordinal).Count());
    }

    // What the client calls the request, and how the log shows it.
    [Theory]
    [InlineData("x-ms-client-request-id", "9f1c-client", "client's 9f1c-client)")]
    [InlineData("Request-Id", "1001", "client's 1001)")]
    [InlineData("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "client's 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01)")]
    [InlineData("Request-Id", "a b\tc", "client's a?b?c)")]
    [InlineData("Accept", "x", "client's -)")]
    public async Task Number_that_a_client_gives_its_request_is_in_the_log(string header, string value, string shown)
    {
        var id = Bodies.Id();
        (await host.PutAsync("/enrollments/" + id, Bodies.Symmetric, (header, value))).ShouldBe(200);
        Assert.Contains(shown, host.Log.Split('\n').Last(line => line.Contains($" on {id} ", StringComparison.Ordinal)), StringComparison.Ordinal);

        var refused = (await host.GetAsync("/enrollments/" + id, ("Authorization", ""), ("Request-Id", new string('n', 500)))).ShouldBe(401002);
        var line = host.Log.Split('\n').Last(line => line.Contains(refused["trackingId"].GetString()!, StringComparison.Ordinal));
        Assert.Contains($"client's {new string('n', 64)},", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Header_names_are_lower_case_on_the_wire()
    {
        var body = "{\"query\":\"*\"}";
        var answer = await host.SendRawAsync(
            $"POST /enrollments/query?api-version=2021-10-01 HTTP/1.1\r\nHost: {host.Host}\r\nAuthorization: {host.Token()}\r\n"
            + $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}");
        Assert.Contains("\r\nx-ms-item-type: Enrollment\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nx-ms-request-id: ", answer, StringComparison.Ordinal);

        var error = await host.SendRawAsync(
            $"GET /enrollments/missing?api-version=2021-10-01 HTTP/1.1\r\nHost: {host.Host}\r\n"
            + $"Authorization: {host.Token()}\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 404 Not Found\r\n", error, StringComparison.Ordinal);
        Assert.Contains("\r\nx-ms-error-code: 404201\r\n", error, StringComparison.Ordinal);
    }

    // The ID as it stands in the path, and what it means.
    [Theory]
    [InlineData("a:b-{0}", 200)]
    [InlineData("a%3Ab-{0}", 200)]
    [InlineData("{0}-", 200)]
    [InlineData("{0}.", 400004)]
    [InlineData("a%20b{0}", 400004)]
    [InlineData("a+b{0}", 400004)]
    [InlineData("a%2Fb{0}", 400004)]
    [InlineData("a%252Fb{0}", 400004)]
    [InlineData("%C3%BC{0}", 400004)]
    [InlineData("a%25{0}", 400004)]
    [InlineData("%00{0}", 400)]
    public async Task Id_in_the_path(string form, int expected)
    {
        var path = "/enrollments/" + form.Replace("{0}", Guid.NewGuid().ToString("N"));
        (await host.PutAsync(path, Bodies.Symmetric)).ShouldBe(expected);
        (await host.GetAsync(path)).ShouldBe(expected);
    }

    [Fact]
    public async Task Colon_raw_and_encoded_is_the_same_entity()
    {
        var id = Guid.NewGuid().ToString("N");
        (await host.PutAsync($"/enrollments/a:{id}", Bodies.Symmetric)).ShouldBe(200);
        Assert.Equal($"a:{id}", (await host.GetAsync($"/enrollments/a%3A{id}")).ShouldBe(200)["registrationId"].GetString());
        Assert.Equal($"a:{id}", (await host.GetAsync($"/enrollments/a%3a{id}")).ShouldBe(200)["registrationId"].GetString());
    }

    [Theory]
    [InlineData(128, 200)]
    [InlineData(129, 400004)]
    public async Task Id_is_limited(int length, int expected) =>
        (await host.PutAsync("/enrollments/" + Guid.NewGuid().ToString("N").PadRight(length, 'a'), Bodies.Symmetric)).ShouldBe(expected);

    [Fact]
    public async Task Id_compares_without_case_and_keeps_its_first_spelling()
    {
        var id = "Dev-" + Guid.NewGuid().ToString("N");
        (await host.PutAsync("/enrollments/" + id, Bodies.Symmetric)).ShouldBe(200);
        Assert.Equal(id, (await host.GetAsync("/enrollments/" + id.ToLowerInvariant())).ShouldBe(200)["registrationId"].GetString());
        (await host.PutAsync("/enrollments/" + id.ToUpperInvariant(), Bodies.Symmetric)).ShouldBe(409201);
        var updated = await host.PutAsync("/enrollments/" + id.ToUpperInvariant(), Bodies.Symmetric, ("If-Match", "*"));
        Assert.Equal(id, updated.ShouldBe(200)["registrationId"].GetString());
    }

    [Fact]
    public async Task Id_in_the_body_must_be_that_of_the_path_but_for_case()
    {
        var id = Bodies.Id();
        (await host.PutAsync("/enrollments/" + id, Bodies.With("\"registrationId\":\"other\""))).ShouldBe(400004);
        (await host.PutAsync("/enrollments/" + id, Bodies.With($"\"registrationId\":\"{id.ToUpperInvariant()}\""))).ShouldBe(200);
        (await host.PutAsync("/enrollmentGroups/" + id, Bodies.With("\"enrollmentGroupId\":\"other\""))).ShouldBe(400004);
        (await host.PutAsync("/enrollmentGroups/" + id, Bodies.With("\"registrationId\":\"ignored\""))).ShouldBe(200);
    }

    [Fact]
    public async Task Individual_and_group_of_one_id_are_independent()
    {
        var id = Bodies.Id();
        (await host.PutAsync("/enrollments/" + id, Bodies.Symmetric)).ShouldBe(200);
        (await host.PutAsync("/enrollmentGroups/" + id, Bodies.Symmetric)).ShouldBe(200);
        (await host.DeleteAsync("/enrollments/" + id)).ShouldBe(204);
        (await host.GetAsync("/enrollmentGroups/" + id)).ShouldBe(200);
    }

    [Fact]
    public async Task Individual_named_query_is_reached_with_every_method_but_the_query_itself()
    {
        (await host.PutAsync("/enrollments/query", Bodies.Symmetric)).ShouldBe(200);
        (await host.GetAsync("/enrollments/query")).ShouldBe(200);
        (await host.PostAsync("/enrollments/query/attestationmechanism")).ShouldBe(200);
        Assert.Equal(JsonValueKind.Array, (await host.PostAsync("/enrollments/query", "{\"query\":\"*\"}")).ShouldBe(200).Json.ValueKind);
        (await host.DeleteAsync("/enrollments/query")).ShouldBe(204);
    }

    [Fact]
    public async Task Malformed_requests_never_end_in_a_server_error()
    {
        string[] requests =
        [
            "GET /enrollments/%ZZ?api-version=2021-10-01 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
            "GET /enrollments/%?api-version=2021-10-01 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
            "GET /enrollments/x?api-version=%FF HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
            $"GET /enrollments/x?api-version=2021-10-01 HTTP/1.1\r\nAuthorization: {host.Token()}\r\nHost:\r\nConnection: close\r\n\r\n",
            $"GET /enrollments/x?api-version=2021-10-01 HTTP/1.1\r\nAuthorization: {host.Token()}\r\n"
                + $"Authorization: {host.Token()}\r\nHost: h\r\nConnection: close\r\n\r\n",
        ];
        foreach (var request in requests)
        {
            var answer = await host.SendRawAsync(request);
            Assert.StartsWith("HTTP/1.1 40", answer, StringComparison.Ordinal);
        }
    }
}
