using System.Net;
using System.Text.Json;
using Muster.Core.Attestation;
using Muster.Core.Registration;
using Muster.TestKit;

namespace Muster.DeviceApi.Tests.Http;

/// <summary>Device-protocols 11, HTTPS: what a device is answered when it is admitted.</summary>
public sealed class RegisterTests(DeviceApiFixture fixture) : IClassFixture<DeviceApiFixture>
{
    private const string Key = DeviceApiFixture.Key;

    private readonly RunningServer _server = fixture.Server;

    [Fact]
    public async Task Individual_device_is_assigned_in_the_first_answer()
    {
        await _server.EnrollAsync("one", Key);

        var answer = await _server.RegisterAsync("one", _server.DeviceToken("one", Key), """{"registrationId":"one"}""");

        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        Assert.Contains("application/json", answer.Headers["Content-Type"], StringComparison.Ordinal);
        Assert.Equal("3", answer.Headers["Retry-After"]);
        Assert.True(Guid.TryParse(answer.Headers["x-ms-request-id"], out _));
        Assert.EndsWith($"/{_server.IdScope}/registrations/one/register", answer.Headers["Location"], StringComparison.Ordinal);
        Assert.Matches("^[0-9]\\.[0-9a-f]{16}\\.[0-9a-f-]{36}$", answer.Json.GetProperty("operationId").GetString());
        Assert.Equal(["operationId", "status", "registrationState"], Names(answer.Json));
        Assert.Equal(
            ["registrationId", "createdDateTimeUtc", "assignedHub", "deviceId", "status", "substatus", "lastUpdatedDateTimeUtc", "etag"],
            Names(answer.State));
        Assert.Equal("assigned", answer.Json.GetProperty("status").GetString());
        Assert.Equal("localhost", answer.State.GetProperty("assignedHub").GetString());
        Assert.Equal("one", answer.State.GetProperty("deviceId").GetString());
        Assert.Equal("initialAssignment", answer.State.GetProperty("substatus").GetString());
        Assert.Matches("^[0-9-]{10}T[0-9:]{8}\\.[0-9]{7}Z$", answer.State.GetProperty("createdDateTimeUtc").GetString());
    }

    [Fact]
    public async Task Poll_of_a_finished_operation_is_200_without_retry_after()
    {
        await _server.EnrollAsync("polled", Key);
        var token = _server.DeviceToken("polled", Key);
        var registered = await _server.RegisterAsync("polled", token);

        var polled = await PollAsync("polled", token, registered.Json.GetProperty("operationId").GetString()!);

        Assert.Equal(HttpStatusCode.OK, polled.Status);
        Assert.False(polled.Headers.ContainsKey("Retry-After"));
        Assert.Equal(registered.Text, polled.Text);
    }

    [Theory]
    [InlineData("primary")]
    [InlineData("secondary")]
    public async Task Group_device_is_admitted_by_a_key_derived_from_either_group_key(string which)
    {
        await _server.EnrollGroupAsync("fleet", Key, DeviceApiFixture.OtherKey);
        var derived = SymmetricKeyDerivation.Derive(which == "primary" ? Key : DeviceApiFixture.OtherKey, "member");

        var answer = await _server.RegisterAsync("member", _server.DeviceToken("member", derived));

        Assert.Equal("assigned", answer.Json.GetProperty("status").GetString());
        Assert.Equal("fleet", answer.State.GetProperty("symmetricKey").GetProperty("enrollmentGroupId").GetString());
        Assert.Equal("symmetricKey", Names(answer.State)[0]);
    }

    [Theory]
    [InlineData("2017-08-31-preview", "registrationStatus")]
    [InlineData("2018-11-01", "registrationState")]
    [InlineData("2019-03-31", "registrationState")]
    [InlineData("2021-06-01", "registrationState")]
    [InlineData("2021-10-01", "registrationState")]
    [InlineData("2025-07-01-preview", "registrationState")]
    [InlineData("2026-11-01", "registrationState")]
    public async Task Every_api_version_registers(string version, string member)
    {
        await _server.EnrollAsync("versioned", Key);
        var answer = await _server.RegisterAsync("versioned", _server.DeviceToken("versioned", Key), apiVersion: version);
        Assert.Equal("assigned", answer.Json.GetProperty(member).GetProperty("status").GetString());
    }

    [Theory]
    [InlineData("2019-03-31", "initialAssignment")]
    [InlineData("2021-06-01", "reprovisionedToInitialAssignment")]
    public async Task Second_registration_tells_the_substatus_that_the_version_knows(string version, string substatus)
    {
        await _server.EnrollAsync("again", Key);
        var token = _server.DeviceToken("again", Key);
        await _server.RegisterAsync("again", token);

        var answer = await _server.RegisterAsync("again", token, apiVersion: version);

        Assert.Equal(substatus, answer.State.GetProperty("substatus").GetString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData(" \n")]
    [InlineData("""{"registrationId" : "bodies"}""")]
    [InlineData("""{"REGISTRATIONID":"Bodies"}""")]
    [InlineData("""{"payload": null, "registrationId": "bodies"}""")]
    [InlineData("""{"payload":{"a":[1]},"unknown":true}""")]
    [InlineData("""{"registrationId":"bodies","payload":"{\"modelId\":\"dtmi:a:b;1\"}"}""")]
    [InlineData("""{"tpm":null,"csr":null}""")]
    [InlineData("\uFEFF{\"registrationId\":\"bodies\"}")]
    public async Task Every_body_that_clients_send_is_read(string? body)
    {
        await _server.EnrollAsync("bodies", Key);
        var answer = await _server.RegisterAsync("bodies", _server.DeviceToken("bodies", Key), body);
        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
    }

    [Fact]
    public async Task Colon_in_the_id_is_the_same_raw_and_encoded()
    {
        await _server.EnrollAsync("SymmetricKey:1", Key);
        var token = _server.DeviceToken("SymmetricKey:1", Key);

        var raw = await _server.RegisterAsync("SymmetricKey:1", token);
        var encoded = await _server.RegisterAsync("SymmetricKey%3A1", token);

        Assert.Equal("assigned", raw.Json.GetProperty("status").GetString());
        Assert.Equal("SymmetricKey:1", encoded.State.GetProperty("registrationId").GetString());
    }

    [Fact]
    public async Task Ids_and_scope_compare_without_case()
    {
        await _server.EnrollAsync("Mixed-Case", Key);
        var scope = _server.IdScope.ToLowerInvariant();
        var token = _server.DeviceToken("mixed-case", Key, idScope: scope);

        var answer = await _server.RegisterAsync("MIXED-case", token, idScope: scope);

        Assert.Equal("assigned", answer.Json.GetProperty("status").GetString());
    }

    [Fact]
    public async Task Lower_cased_id_derives_the_key_where_the_presented_one_does_not()
    {
        const string key = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
        await _server.EnrollGroupAsync("lower-cased", key);
        var derived = SymmetricKeyDerivation.Derive(key, "sensor-7");

        var answer = await _server.RegisterAsync("SENSOR-7", _server.DeviceToken("SENSOR-7", derived));

        Assert.Equal("assigned", answer.Json.GetProperty("status").GetString());
    }

    [Fact]
    public async Task Individual_enrollment_chooses_the_device_id()
    {
        await _server.EnrollAsync("named", Key, ""","deviceId":"Press_1*" """);
        var answer = await _server.RegisterAsync("named", _server.DeviceToken("named", Key));
        Assert.Equal("Press_1*", answer.State.GetProperty("deviceId").GetString());
    }

    // Behaviour checklist 25.
    [Fact]
    public async Task Disabled_device_is_told_so_at_once()
    {
        await _server.EnrollAsync("off", Key, ""","provisioningStatus":"disabled" """);

        var answer = await _server.RegisterAsync("off", _server.DeviceToken("off", Key));

        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        Assert.Equal("", answer.Json.GetProperty("operationId").GetString());
        Assert.Equal("disabled", answer.Json.GetProperty("status").GetString());
        Assert.Equal(["registrationId", "status", "lastUpdatedDateTimeUtc", "etag"], Names(answer.State));
        Assert.Equal(AttemptOutcome.Disabled, (await _server.LastTraceAsync("off")).Outcome);
    }

    // Behaviour checklist 25.
    [Fact]
    public async Task Disabled_group_shuts_its_device_out_and_lets_it_in_again()
    {
        var key = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
        var token = _server.DeviceToken("of-group", SymmetricKeyDerivation.Derive(key, "of-group"));
        await _server.EnrollGroupAsync("switch", key);
        await _server.RegisterAsync("of-group", token);
        await _server.EnrollGroupAsync("switch", key, more: ""","provisioningStatus":"disabled" """);

        var off = await _server.RegisterAsync("of-group", token);
        await _server.EnrollGroupAsync("switch", key);
        var on = await _server.RegisterAsync("of-group", token);

        Assert.Equal("disabled", off.Json.GetProperty("status").GetString());
        Assert.Equal("reprovisionedToInitialAssignment", on.State.GetProperty("substatus").GetString());
    }

    [Fact]
    public async Task Lookup_answers_the_bare_state()
    {
        await _server.EnrollAsync("looked-up", Key);
        var token = _server.DeviceToken("looked-up", Key);
        var before = await LookupAsync("looked-up", token);
        await _server.RegisterAsync("looked-up", token);
        var after = await LookupAsync("looked-up", token);

        Assert.Equal((HttpStatusCode.NotFound, 404202), (before.Status, before.ErrorCode));
        Assert.Equal(HttpStatusCode.OK, after.Status);
        Assert.Equal("assigned", after.Json.GetProperty("status").GetString());
        Assert.False(after.Json.TryGetProperty("operationId", out _));
    }

    [Fact]
    public async Task Lookup_with_a_certificate_request_is_refused()
    {
        await _server.EnrollAsync("csr", Key);
        var answer = await LookupAsync("csr", _server.DeviceToken("csr", Key), """{"csr":"MIIB"}""");
        Assert.Equal((HttpStatusCode.BadRequest, 400004), (answer.Status, answer.ErrorCode));
    }

    private Task<JsonAnswer> PollAsync(string id, string token, string operationId) => _server.DeviceAsync(
        HttpMethod.Get, $"/{_server.IdScope}/registrations/{id}/operations/{operationId}?api-version={RunningServer.ApiVersion}", token);

    private Task<JsonAnswer> LookupAsync(string id, string token, string body = "{}") => _server.DeviceAsync(
        HttpMethod.Post, $"/{_server.IdScope}/registrations/{id}?api-version={RunningServer.ApiVersion}", token, body);

    private static string[] Names(JsonElement element) => [.. element.EnumerateObject().Select(member => member.Name)];
}
