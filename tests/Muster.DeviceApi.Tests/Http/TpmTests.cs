using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Muster.Core.Attestation.Tpm;
using Muster.Core.Hubs;
using Muster.Core.Registration;
using Muster.Core.Store;
using Muster.TestKit;

namespace Muster.DeviceApi.Tests.Http;

/// <summary>Devices with a TPM over HTTPS: challenge, proof, hub key (tpm-attestation 5, 9, 10, 17).</summary>
public sealed class TpmTests(DeviceApiFixture fixture) : IClassFixture<DeviceApiFixture>
{
    private readonly RunningServer _server = fixture.Server;

    [Fact]
    public async Task Keys_alone_are_answered_with_a_challenge_in_the_shape_that_clients_look_for()
    {
        var tpm = await EnrollAsync("tpm-shape");

        var answer = await _server.RegisterAsync("tpm-shape", token: null, Body("tpm-shape", tpm));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.Status);
        Assert.Contains("application/json", answer.Headers["Content-Type"], StringComparison.Ordinal);
        Assert.Equal(
            ["message", "authenticationKey", "unencryptedAuthenticationKey", "keyName"], answer.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal("Authorization required, resend request using supplied key", answer.Json.GetProperty("message").GetString());
        Assert.Equal(JsonValueKind.Null, answer.Json.GetProperty("unencryptedAuthenticationKey").ValueKind);
        Assert.Equal("registration", answer.Json.GetProperty("keyName").GetString());
        Assert.Equal(32, tpm.Activate(KeyOf(answer.Json)).Length);
        Assert.Equal(AttemptOutcome.Challenged, (await _server.LastTraceAsync("tpm-shape")).Outcome);
        Assert.DoesNotContain(
            await _server.Store.ListAttemptTracesAsync(_server.Instance.Name, new AttemptTraceFilter { OnlyRefused = true, Limit = 1000 }, default),
            trace => trace.RegistrationId == "tpm-shape");
    }

    [Theory]
    [InlineData(true, "other clients repeat the keys")]
    [InlineData(false, "IoT Edge does not")]
    public async Task A_proof_leads_to_a_hub_whose_key_is_wrapped_in_each_assigned_answer(bool repeatsKeys, string why)
    {
        var id = $"tpm-loop-{repeatsKeys}".ToLowerInvariant();
        var tpm = await EnrollAsync(id);
        var token = await TokenAsync(id, tpm);

        var answer = await _server.RegisterAsync(id, token, repeatsKeys ? Body(id, tpm) : $$"""{"registrationId":"{{id}}"}""");

        Assert.True(answer.Status == HttpStatusCode.Accepted, why + answer.Text);
        Assert.Equal("assigned", answer.State.GetProperty("status").GetString());
        var hubKey = await HubKeyAsync(id);
        Assert.Equal(32, hubKey.Length);
        Assert.Equal(hubKey, tpm.Activate(KeyOf(answer.State.GetProperty("tpm"))));

        var operation = answer.Json.GetProperty("operationId").GetString();
        var polled = await _server.DeviceAsync(
            HttpMethod.Get, $"/{_server.IdScope}/registrations/{id}/operations/{operation}?api-version=2019-03-31", token, "{}");
        Assert.Equal(HttpStatusCode.OK, polled.Status);
        Assert.Equal(hubKey, tpm.Activate(KeyOf(polled.State.GetProperty("tpm"))));

        // Registering again keeps the key in the hub.
        var again = await _server.RegisterAsync(id, await TokenAsync(id, tpm), Body(id, tpm));
        Assert.Equal(hubKey, tpm.Activate(KeyOf(again.State.GetProperty("tpm"))));
        Assert.Equal(hubKey, await HubKeyAsync(id));
    }

    [Fact]
    public async Task Nothing_of_a_key_is_shown_to_back_ends()
    {
        var tpm = await EnrollAsync("tpm-hidden");
        await _server.RegisterAsync("tpm-hidden", await TokenAsync("tpm-hidden", tpm), Body("tpm-hidden", tpm));

        var record = await _server.ServiceAsync(HttpMethod.Get, "/registrations/tpm-hidden");
        var enrollment = await _server.ServiceAsync(HttpMethod.Get, "/enrollments/tpm-hidden");

        Assert.Equal(HttpStatusCode.OK, record.Status);
        Assert.DoesNotContain("authenticationKey", record.Text + enrollment.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_lookup_is_challenged_and_answered_like_a_registration()
    {
        var tpm = await EnrollAsync("tpm-lookup");
        await _server.RegisterAsync("tpm-lookup", await TokenAsync("tpm-lookup", tpm), Body("tpm-lookup", tpm));
        var path = $"/{_server.IdScope}/registrations/tpm-lookup?api-version=2019-03-31";

        var challenge = await _server.DeviceAsync(HttpMethod.Post, path, token: null, Body("tpm-lookup", tpm));
        var found = await _server.DeviceAsync(HttpMethod.Post, path, Token("tpm-lookup", tpm.Activate(KeyOf(challenge.Json))), Body("tpm-lookup", tpm));

        Assert.Equal(HttpStatusCode.OK, found.Status);
        Assert.Equal(await HubKeyAsync("tpm-lookup"), tpm.Activate(KeyOf(found.Json.GetProperty("tpm"))));
    }

    [Fact]
    public async Task Each_of_several_challenges_may_be_answered()
    {
        var tpm = await EnrollAsync("tpm-several");
        var first = await TokenAsync("tpm-several", tpm);
        await TokenAsync("tpm-several", tpm);

        Assert.Equal(HttpStatusCode.Accepted, (await _server.RegisterAsync("tpm-several", first, Body("tpm-several", tpm))).Status);
    }

    [Theory]
    [InlineData("another TPM", 400004, "endorsement key")]
    [InlineData("no TPM2B_PUBLIC", 400004, "endorsement key")]
    [InlineData("software storage root key", 400004, "storage root key")]
    [InlineData("unreadable storage root key", 400004, "storage root key")]
    [InlineData("no keys and no token", 401002, "credential")]
    public async Task Keys_that_do_not_do_are_refused_without_a_challenge(string what, int code, string check)
    {
        var id = "tpm-bad-" + Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(what)))[..8];
        var tpm = await EnrollAsync(id);
        var body = what switch
        {
            "another TPM" => Body(id, new SoftwareTpm()),
            "no TPM2B_PUBLIC" => Body(id, "bm90IGEga2V5", tpm.StorageRootKey),
            "software storage root key" => Body(id, tpm.EndorsementKey, new SoftwareTpm(storageAttributes: 0x00060040).StorageRootKey),
            "unreadable storage root key" => Body(id, tpm.EndorsementKey, new string('A', 100_000 / 2)),
            _ => $$"""{"registrationId":"{{id}}"}""",
        };

        var answer = await _server.RegisterAsync(id, token: null, body);

        Assert.Equal(code, answer.ErrorCode);
        Assert.DoesNotContain("authenticationKey", answer.Text, StringComparison.Ordinal);
        Assert.Equal(check, (await _server.LastTraceAsync(id)).Checks[^1].Check);
    }

    [Theory]
    [InlineData("before any challenge", "TPM signature")]
    [InlineData("another key", "TPM signature")]
    [InlineData("another device's challenge", "TPM signature")]
    [InlineData("expired", "token expiry")]
    [InlineData("for another device", "token resource")]
    [InlineData("other keys beside it", "TPM keys")]
    public async Task A_token_that_proves_nothing_is_refused_without_a_fresh_challenge(string what, string check)
    {
        var id = "tpm-token-" + Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(what)))[..8];
        var tpm = await EnrollAsync(id);
        var body = Body(id, tpm);
        string token;
        switch (what)
        {
            case "before any challenge":
                token = Token(id, RandomNumberGenerator.GetBytes(32));
                break;
            case "another key":
                await TokenAsync(id, tpm);
                token = Token(id, RandomNumberGenerator.GetBytes(32));
                break;
            case "another device's challenge":
                var other = await EnrollAsync(id + "-other");
                await TokenAsync(id, tpm);
                token = Token(id, await NonceAsync(id + "-other", other));
                break;
            case "expired":
                token = Token(id, await NonceAsync(id, tpm), _server.Clock.GetUtcNow().AddMinutes(-6));
                break;
            case "for another device":
                token = Token(id + "x", await NonceAsync(id, tpm));
                break;
            default:
                token = await TokenAsync(id, tpm);
                body = Body(id, tpm.EndorsementKey, new SoftwareTpm().StorageRootKey);
                break;
        }

        var answer = await _server.RegisterAsync(id, token, body);

        Assert.Equal((HttpStatusCode.Unauthorized, 401002), (answer.Status, answer.ErrorCode));
        Assert.DoesNotContain("authenticationKey", answer.Text, StringComparison.Ordinal);
        Assert.Equal(check, (await _server.LastTraceAsync(id)).Checks[^1].Check);
    }

    [Fact]
    public async Task A_disabled_device_is_told_so_after_its_proof()
    {
        var tpm = await EnrollAsync("tpm-disabled", ",\"provisioningStatus\":\"disabled\"");

        var answer = await _server.RegisterAsync("tpm-disabled", await TokenAsync("tpm-disabled", tpm), Body("tpm-disabled", tpm));

        Assert.Equal("disabled", answer.Json.GetProperty("status").GetString());
        Assert.DoesNotContain("authenticationKey", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tpm-for-key", 401002)]
    [InlineData("tpm-for-nobody", 404201)]
    public async Task A_TPM_gets_no_challenge_for_another_kind_of_enrollment(string id, int code)
    {
        if (id == "tpm-for-key") await _server.EnrollAsync(id, DeviceApiFixture.Key);
        await _server.EnrollGroupAsync("tpm-no-group", DeviceApiFixture.OtherKey);

        Assert.Equal(code, (await _server.RegisterAsync(id, token: null, Body(id, new SoftwareTpm()))).ErrorCode);
    }

    [Fact]
    public async Task A_challenge_ends_with_the_process_and_the_device_starts_anew()
    {
        var folder = Directory.CreateTempSubdirectory("muster-tpm-").FullName;
        var tpm = new SoftwareTpm();
        string token;
        await using (var before = await RunningServer.StartAsync(folder))
        {
            await EnrollAsync("tpm-restart", tpm, before);
            token = Token("tpm-restart", await NonceAsync("tpm-restart", tpm, before), server: before);
        }

        await using var after = await RunningServer.StartAsync(folder);
        Assert.Equal(401002, (await after.RegisterAsync("tpm-restart", token, Body("tpm-restart", tpm))).ErrorCode);
        var anew = Token("tpm-restart", await NonceAsync("tpm-restart", tpm, after), server: after);
        Assert.Equal(HttpStatusCode.Accepted, (await after.RegisterAsync("tpm-restart", anew, Body("tpm-restart", tpm))).Status);
    }

    [Fact]
    public async Task A_hub_key_that_no_TPM_takes_is_a_clear_failure()
    {
        var hub = new ScriptedHub { KeyOfDevices = Convert.ToBase64String(new byte[65]) };
        await using var server = await RunningServer.StartAsync(configure: services =>
        {
            services.RemoveAll<IHubConnectorFactory>();
            services.AddSingleton<IHubConnectorFactory>(hub);
        });
        var tpm = await EnrollAsync("tpm-long", new SoftwareTpm(), server);

        var answer = await server.RegisterAsync("tpm-long", Token("tpm-long", await NonceAsync("tpm-long", tpm, server), server: server), Body("tpm-long", tpm));

        Assert.Equal((HttpStatusCode.InternalServerError, TpmRefusals.HubKeyDoesNotFit.Message), (answer.Status, answer.Json.GetProperty("message").GetString()));
        Assert.Contains("65 bytes", (await server.LastTraceAsync("tpm-long")).Checks[^1].Detail, StringComparison.Ordinal);
    }

    private Task<SoftwareTpm> EnrollAsync(string id, string more = "") => EnrollAsync(id, new SoftwareTpm(), _server, more);

    private static async Task<SoftwareTpm> EnrollAsync(string id, SoftwareTpm tpm, RunningServer server, string more = "")
    {
        var answer = await server.ServiceAsync(
            HttpMethod.Put, "/enrollments/" + id,
            $$$"""{"attestation":{"type":"tpm","tpm":{"endorsementKey":"{{{tpm.EndorsementKey}}}"}}{{{more}}}}""");
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        return tpm;
    }

    private async Task<string> TokenAsync(string id, SoftwareTpm tpm) => Token(id, await NonceAsync(id, tpm));

    private async Task<byte[]> NonceAsync(string id, SoftwareTpm tpm, RunningServer? server = null) =>
        tpm.Activate(KeyOf((await (server ?? _server).RegisterAsync(id, token: null, Body(id, tpm))).Json));

    private string Token(string id, byte[] nonce, DateTimeOffset? expiresAt = null, RunningServer? server = null) =>
        (server ?? _server).DeviceToken(id, Convert.ToBase64String(nonce), expiresAt);

    private static string Body(string id, SoftwareTpm tpm) => Body(id, tpm.EndorsementKey, tpm.StorageRootKey);

    private static string Body(string id, string endorsementKey, string storageRootKey) =>
        $$$"""{"registrationId":"{{{id}}}","tpm":{"endorsementKey":"{{{endorsementKey}}}","storageRootKey":"{{{storageRootKey}}}"}}""";

    private static byte[] KeyOf(JsonElement parent) => parent.GetProperty("authenticationKey").GetBytesFromBase64();

    private async Task<byte[]> HubKeyAsync(string deviceId)
    {
        var hub = (await _server.Store.ListLinkedHubsAsync(_server.Instance.Name, default))[0];
        var device = await _server.Server.Services.GetRequiredService<HubConnectors>().Connect(hub).ReadDeviceAsync(deviceId, default);
        return Convert.FromBase64String(device!.Keys!.Primary.Reveal());
    }
}
