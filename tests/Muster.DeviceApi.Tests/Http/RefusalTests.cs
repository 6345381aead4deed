using System.Net;
using Muster.Core.Attestation;
using Muster.Core.Registration;
using Muster.TestKit;

namespace Muster.DeviceApi.Tests.Http;

/// <summary>Every refusal of the device door: what the device is told, and what the trace tells the operator.</summary>
public sealed class RefusalTests(DeviceApiFixture fixture) : IClassFixture<DeviceApiFixture>
{
    private const string Key = DeviceApiFixture.Key;
    private const string OtherKey = DeviceApiFixture.OtherKey;
    private const string GroupKey = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=";
    private const string Id = "refused";

    private readonly RunningServer _server = fixture.Server;

    public static TheoryData<string, int, string, string> Credentials() => new()
    {
        // case, code told, check that failed, words of the trace
        { "none", 401002, "credential", "presented no credential" },
        { "basic", 401002, "credential", "does not start with 'SharedAccessSignature '" },
        { "no signature", 401002, "credential", "'sig' is missing" },
        { "wrong key", 401002, "signature", "Compare the device's key" },
        { "expired", 401002, "token expiry", "Check the device's clock" },
        { "other scope", 401002, "token resource", "made for another scope or device" },
        { "other device", 401002, "token resource", "made for another scope or device" },
        { "other key name", 401002, "token key name", "presented 'owner'" },
    };

    [Theory]
    [MemberData(nameof(Credentials))]
    public async Task Bad_credential_is_refused_and_explained(string credential, int code, string check, string words)
    {
        await _server.EnrollAsync(Id, Key);
        var token = credential switch
        {
            "none" => null,
            "basic" => "Basic dXNlcjpwYXNz",
            "no signature" => "SharedAccessSignature sr=a&se=4102444800",
            "wrong key" => _server.DeviceToken(Id, OtherKey),
            "expired" => _server.DeviceToken(Id, Key, DateTimeOffset.UtcNow.AddMinutes(-10)),
            "other scope" => _server.DeviceToken(Id, Key, idScope: "0ne00000000"),
            "other device" => _server.DeviceToken("somebody", Key),
            _ => _server.DeviceToken(Id, Key).Replace("skn=registration", "skn=owner", StringComparison.Ordinal),
        };

        var answer = await _server.RegisterAsync(Id, token);

        Assert.Equal((HttpStatusCode.Unauthorized, code), (answer.Status, answer.ErrorCode));
        Assert.Equal("Unauthorized", answer.Json.GetProperty("message").GetString());
        Assert.Equal(answer.Headers["x-ms-request-id"], answer.Json.GetProperty("trackingId").GetString());
        Assert.Matches("\\.[0-9]{7}Z$", answer.Json.GetProperty("timestampUtc").GetString());
        var trace = await _server.LastTraceAsync(Id);
        var failed = Assert.Single(trace.Checks, entry => !entry.Passed);
        Assert.Equal((AttemptOutcome.Refused, check), (trace.Outcome, failed.Check));
        Assert.Contains(words, failed.Detail, StringComparison.Ordinal);
        Assert.Equal(answer.Headers["x-ms-request-id"], trace.TrackingId.ToString());
    }

    [Fact]
    public async Task Token_that_ended_a_minute_ago_still_registers()
    {
        await _server.EnrollAsync("late", Key);
        var answer = await _server.RegisterAsync("late", _server.DeviceToken("late", Key, DateTimeOffset.UtcNow.AddMinutes(-1)));
        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
    }

    [Fact]
    public async Task Poll_accepts_the_token_it_began_with_for_a_while_longer()
    {
        await _server.EnrollAsync("slow", Key);
        var operation = await OperationOfAsync("slow");

        var soon = await PollAsync("slow", operation, _server.DeviceToken("slow", Key, DateTimeOffset.UtcNow.AddMinutes(-14)));
        var late = await PollAsync("slow", operation, _server.DeviceToken("slow", Key, DateTimeOffset.UtcNow.AddMinutes(-16)));

        Assert.Equal(HttpStatusCode.OK, soon.Status);
        Assert.Equal(HttpStatusCode.Unauthorized, late.Status);
    }

    [Fact]
    public async Task Group_key_itself_is_not_a_device_key()
    {
        const string groupKey = "BAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ=";
        await _server.EnrollGroupAsync("direct", groupKey);

        var answer = await _server.RegisterAsync("direct-user", _server.DeviceToken("direct-user", groupKey));

        Assert.Equal(401002, answer.ErrorCode);
        Assert.Contains("the enrollment group 'direct' itself", (await FailureAsync("direct-user")).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unknown_device_learns_nothing_more_than_a_wrong_key_would()
    {
        await _server.EnrollAsync(Id, Key);
        var unknown = await _server.RegisterAsync("nobody", _server.DeviceToken("nobody", Key));
        var wrong = await _server.RegisterAsync(Id, _server.DeviceToken(Id, OtherKey));

        Assert.Equal((wrong.Status, wrong.ErrorCode), (unknown.Status, unknown.ErrorCode));
        Assert.Equal(wrong.Json.GetProperty("message").GetString(), unknown.Json.GetProperty("message").GetString());
        Assert.Contains("no individual enrollment has this registration ID", (await FailureAsync("nobody")).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disabled_individual_enrollment_with_a_wrong_key_does_not_reveal_that_it_is_disabled()
    {
        await _server.EnrollAsync("hidden", Key, ""","provisioningStatus":"disabled" """);
        var answer = await _server.RegisterAsync("hidden", _server.DeviceToken("hidden", OtherKey));
        Assert.Equal(401002, answer.ErrorCode);
    }

    [Theory]
    [InlineData("tpm", "TPM signature")]
    [InlineData("x509", "mechanism")]
    public async Task Symmetric_key_at_an_enrollment_of_another_mechanism_ends_the_search(string mechanism, string check)
    {
        var id = "other-" + mechanism;
        await _server.EnrollGroupAsync("catch-all", GroupKey);
        var attestation = mechanism == "tpm" ? TestAttestations.Tpm : TestAttestations.X509(id);
        var created = await _server.ServiceAsync(HttpMethod.Put, "/enrollments/" + id, $$"""{"attestation":{{attestation}}}""");
        Assert.Equal(HttpStatusCode.OK, created.Status);

        var answer = await _server.RegisterAsync(id, _server.DeviceToken(id, SymmetricKeyDerivation.Derive(GroupKey, id)));

        Assert.Equal(401002, answer.ErrorCode);
        Assert.Equal(check, (await FailureAsync(id)).Check);
    }

    [Fact]
    public async Task Unknown_tpm_is_not_found()
    {
        var answer = await _server.RegisterAsync("no-tpm", token: null, """{"tpm":{"endorsementKey":"AToA","storageRootKey":"ARoA"}}""");
        Assert.Equal((HttpStatusCode.NotFound, 404201), (answer.Status, answer.ErrorCode));
    }

    [Theory]
    [InlineData("{", 400, 400001)]
    [InlineData("[]", 400, 400001)]
    [InlineData("\"text\"", 400, 400001)]
    [InlineData("""{"registrationId":7}""", 400, 400004)]
    [InlineData("""{"registrationId":"somebody-else"}""", 400, 400004)]
    [InlineData("""{"tpm":"text"}""", 400, 400004)]
    [InlineData("""{"tpm":{}}""", 400, 400004)]
    [InlineData("""{"csr":"MIIB"}""", 400, 400004)]
    public async Task Bad_body_is_refused(string body, int status, int code)
    {
        await _server.EnrollAsync(Id, Key);
        var answer = await _server.RegisterAsync(Id, _server.DeviceToken(Id, Key), body);
        Assert.Equal((status, code), ((int)answer.Status, answer.ErrorCode));
        Assert.Equal(code, (await _server.LastTraceAsync(Id)).ErrorCode);
    }

    [Fact]
    public async Task Body_past_the_limit_is_refused()
    {
        await _server.EnrollAsync(Id, Key);
        var body = $$"""{"payload":"{{new string('x', 96 * 1024)}}"}""";
        var answer = await _server.RegisterAsync(Id, _server.DeviceToken(Id, Key), body);
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, 413000), (answer.Status, answer.ErrorCode));
    }

    [Fact]
    public async Task Body_that_nests_too_deep_is_refused()
    {
        var body = "{\"payload\":" + new string('[', 5000) + new string(']', 5000) + "}";
        Assert.Equal(400001, (await _server.RegisterAsync(Id, _server.DeviceToken(Id, Key), body)).ErrorCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?api-version=")]
    [InlineData("?api-version=1999-01-01")]
    [InlineData("?version=2021-10-01")]
    public async Task Missing_or_unknown_api_version_is_refused(string query)
    {
        await _server.EnrollAsync(Id, Key);
        var answer = await _server.DeviceAsync(
            HttpMethod.Put, $"/{_server.IdScope}/registrations/{Id}/register{query}", _server.DeviceToken(Id, Key));
        Assert.Equal((HttpStatusCode.BadRequest, 400002), (answer.Status, answer.ErrorCode));
    }

    [Theory]
    [InlineData("a%20b")]
    [InlineData("a%2Fb")]
    [InlineData("%C3%BC")]
    [InlineData("ends.")]
    public async Task Malformed_registration_id_is_refused(string id)
    {
        var answer = await _server.RegisterAsync(id, _server.DeviceToken("x", Key));
        Assert.Equal((HttpStatusCode.BadRequest, 400004), (answer.Status, answer.ErrorCode));
    }

    [Fact]
    public async Task Overlong_registration_id_is_refused()
    {
        var answer = await _server.RegisterAsync(new string('a', 129), _server.DeviceToken("x", Key));
        Assert.Equal(400004, answer.ErrorCode);
    }

    [Fact]
    public async Task Unknown_scope_is_not_found_and_leaves_a_trace()
    {
        var answer = await _server.RegisterAsync("lost", _server.DeviceToken("lost", Key), idScope: "0ne0000DEAD");

        Assert.Equal((HttpStatusCode.NotFound, 404000), (answer.Status, answer.ErrorCode));
        Assert.Equal("ID scope", (await _server.LastTraceAsync("lost", instanceName: "")).Checks[^1].Check);
    }

    [Theory]
    [InlineData("GET", "/{0}/registrations/x/register", 405)]
    [InlineData("POST", "/{0}/registrations/x/register", 405)]
    [InlineData("DELETE", "/{0}/registrations/x", 405)]
    [InlineData("GET", "/{0}/registrations/x/operations", 404)]
    [InlineData("PUT", "/{0}/registrations", 404)]
    [InlineData("POST", "/{0}/registrations/x/requestSoftwareUpdates", 404)]
    [InlineData("GET", "/nonsense", 404)]
    [InlineData("GET", "/", 404)]
    public async Task Unknown_path_or_method_has_an_error_body(string method, string path, int status)
    {
        var target = string.Format(System.Globalization.CultureInfo.InvariantCulture, path, _server.IdScope);
        var answer = await _server.DeviceAsync(new HttpMethod(method), target + "?api-version=2021-10-01", token: null);
        Assert.Equal(status, (int)answer.Status);
        Assert.Equal(status, answer.ErrorCode / 1000);
    }

    [Fact]
    public async Task Content_type_that_is_not_json_is_refused()
    {
        await _server.EnrollAsync(Id, Key);
        using var request = new HttpRequestMessage(
            HttpMethod.Put, $"/{_server.IdScope}/registrations/{Id}/register?api-version=2021-10-01")
        {
            Content = new StringContent("{}", System.Text.Encoding.UTF8, "text/plain"),
        };
        request.Headers.TryAddWithoutValidation("Authorization", _server.DeviceToken(Id, Key));
        var answer = await _server.SendAsync(request);
        Assert.Equal((HttpStatusCode.UnsupportedMediaType, 415000), (answer.Status, answer.ErrorCode));
    }

    [Fact]
    public async Task Unknown_and_foreign_operations_are_not_found()
    {
        await _server.EnrollAsync("mine", Key);
        await _server.EnrollAsync("theirs", Key);
        var theirs = await OperationOfAsync("theirs");
        await OperationOfAsync("mine");
        var token = _server.DeviceToken("mine", Key);

        foreach (var operation in new[] { theirs, "5.0000000000000000.00000000-0000-0000-0000-000000000000", "x" })
            Assert.Equal((HttpStatusCode.NotFound, 404202), await StatusOfPollAsync("mine", operation, token));
    }

    [Fact]
    public async Task Poll_needs_the_device_s_credential()
    {
        await _server.EnrollAsync("guarded", Key);
        var operation = await OperationOfAsync("guarded");
        Assert.Equal((HttpStatusCode.Unauthorized, 401002), await StatusOfPollAsync("guarded", operation, _server.DeviceToken("guarded", OtherKey)));
    }

    [Fact]
    public async Task Allocation_that_cannot_succeed_is_a_failed_registration()
    {
        await using var server = await RunningServer.StartAsync(hubs: ["hub-a.test", "hub-b.test"]);
        await server.EnrollAsync("unplaced", Key, ""","allocationPolicy":"static" """);

        var answer = await server.RegisterAsync("unplaced", server.DeviceToken("unplaced", Key));

        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        Assert.Equal("failed", answer.Json.GetProperty("status").GetString());
        Assert.Equal(400004, answer.State.GetProperty("errorCode").GetInt32());
        Assert.Contains(
            "Static allocation needs exactly one IoT hub", answer.State.GetProperty("errorMessage").GetString(), StringComparison.Ordinal);
        Assert.False(answer.State.TryGetProperty("assignedHub", out _));
    }

    private async Task<AttemptCheck> FailureAsync(string id) => (await _server.LastTraceAsync(id)).Checks.Single(check => !check.Passed);

    private async Task<string> OperationOfAsync(string id) =>
        (await _server.RegisterAsync(id, _server.DeviceToken(id, Key))).Json.GetProperty("operationId").GetString()!;

    private Task<JsonAnswer> PollAsync(string id, string operationId, string token) => _server.DeviceAsync(
        HttpMethod.Get, $"/{_server.IdScope}/registrations/{id}/operations/{operationId}?api-version=2021-10-01", token);

    private async Task<(HttpStatusCode, int)> StatusOfPollAsync(string id, string operationId, string token)
    {
        var answer = await PollAsync(id, operationId, token);
        return (answer.Status, answer.ErrorCode);
    }
}
