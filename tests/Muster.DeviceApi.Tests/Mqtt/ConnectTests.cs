using System.Security.Authentication;
using Muster.Core.Registration;
using Muster.DeviceApi.Tests.Http;
using Muster.Protocols.Sas;
using Muster.Protocols.Tests.Mqtt;
using Muster.TestKit;

namespace Muster.DeviceApi.Tests.Mqtt;

/// <summary>Who may connect, and what the others are told (device-protocols 3.1, 3.5).</summary>
public sealed class ConnectTests(DeviceApiFixture fixture) : IClassFixture<DeviceApiFixture>
{
    private const string Key = DeviceApiFixture.Key;

    private RunningServer Server => fixture.Server;

    [Theory]
    [InlineData("{scope}/registrations/{id}/api-version=2019-03-31", "no client version")]
    [InlineData("{scope}/registrations/{id}/api-version=2021-06-01&ClientVersion=1.15.0", "client version")]
    [InlineData("{scope}/registrations/{id}/ClientVersion=a%2Fb&api-version=2021-10-01", "other order")]
    [InlineData("{scope}/registrations/{id}/api-version=2019-03-31&ClientVersion=my agent/1 (x; y)&more=z", "unencoded agent")]
    [InlineData("{scope}/registrations/{id}/API-Version=2025-07-01-preview", "key in other case")]
    [InlineData("{scope}/registrations/%64ev-names/api-version=2026-11-01", "encoded ID")]
    public async Task User_name_of_any_known_form_is_accepted(string form, string what)
    {
        await using var device = await MqttDevice.OpenAsync(Server);

        var name = form.Replace("{scope}", Server.IdScope, StringComparison.Ordinal).Replace("{id}", "dev-names", StringComparison.Ordinal);
        var code = await device.ConnectAsync("dev-names", name, Server.DeviceToken("dev-names", Key));

        Assert.True(code == 0, what);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(0, false)]
    [InlineData(230, false)]
    public async Task Any_keep_alive_and_any_kind_of_session_is_accepted(int keepAlive, bool cleanSession)
    {
        await using var device = await MqttDevice.OpenAsync(Server);

        var name = MqttDevice.UserName(Server, "dev-alive");

        Assert.Equal(0, await device.ConnectAsync("dev-alive", name, Server.DeviceToken("dev-alive", Key), keepAlive, cleanSession));
    }

    [Theory]
    [InlineData("not a user name", "dev-c1", "token", 4, "user name")]
    [InlineData(null, "dev-c2", null, 4, "user name")]
    [InlineData("{scope}/devices/dev-c3/api-version=2019-03-31", "dev-c3", "token", 4, "user name")]
    [InlineData("{scope}/registrations/dev-c4/api-version=2019-03-31", "dev-c4", "secret", 4, "password")]
    [InlineData("{scope}/registrations/dev-c5/api-version=2019-03-31", "dev-c5", "SharedAccessSignature sr=x", 4, "password")]
    [InlineData("{scope}/registrations/dev-c6/api-version=2019-03-31", "dev-c6", null, 5, "credential")]
    [InlineData("{scope}/registrations/dev-c7/api-version=2019-03-31", "dev-c7", "", 5, "credential")]
    [InlineData("0neFFFFFFFF/registrations/dev-c8/api-version=2019-03-31", "dev-c8", "token", 5, "ID scope")]
    [InlineData("{scope}/registrations/dev-c9/api-version=2018-01-01", "dev-c9", "token", 5, "api-version")]
    [InlineData("{scope}/registrations/dev-c10", "dev-c10", "token", 5, "api-version")]
    [InlineData("{scope}/registrations/dev-c11/api-version=2019-03-31", "dev-other", "token", 5, "client ID")]
    [InlineData("{scope}/registrations/dev-c12/api-version=2019-03-31", "", "token", 2, "client ID")]
    [InlineData("{scope}/registrations/dev c13/api-version=2019-03-31", "dev c13", "token", 2, "client ID")]
    [InlineData("{scope}/registrations/dev-c14/api-version=2019-03-31", "dev-c14", "expired", 5, "token expiry")]
    public async Task Connect_that_cannot_lead_to_a_registration_is_refused_with_its_code_and_a_trace(
        string? userName, string clientId, string? password, int code, string check)
    {
        var name = userName?.Replace("{scope}", Server.IdScope, StringComparison.Ordinal);
        var id = name is { } text && text.Split('/') is [_, "registrations", var part, ..] ? part : clientId;
        var secret = password switch
        {
            "token" => Server.DeviceToken(id, Key),
            "expired" => Server.DeviceToken(id, Key, Server.Clock.GetUtcNow().AddMinutes(-10)),
            _ => password,
        };
        await using var device = await MqttDevice.OpenAsync(Server);

        Assert.Equal(code, await device.ConnectAsync(clientId, name, secret));

        await device.ExpectEndAsync();
        // Attempts whose scope is unknown, or cannot be read, belong to no instance.
        var trace = await Server.LastTraceAsync(id, check is "ID scope" or "user name" ? "" : Server.Instance.Name);
        Assert.Equal((AttemptOutcome.Refused, DeviceRequest.Connect, "Mqtt"), (trace.Outcome, trace.Operation, trace.Protocol));
        Assert.Equal(check, trace.Checks[^1].Check);
    }

    [Fact]
    public async Task Client_id_of_129_characters_is_rejected()
    {
        var id = new string('a', 129);
        await using var device = await MqttDevice.OpenAsync(Server);

        Assert.Equal(2, await device.ConnectAsync(Server, id, Server.DeviceToken(id, Key)));
    }

    [Fact]
    public async Task Client_id_in_another_case_than_the_user_name_is_accepted()
    {
        await using var device = await MqttDevice.OpenAsync(Server);

        Assert.Equal(0, await device.ConnectAsync("DEV-case", MqttDevice.UserName(Server, "dev-case"), Server.DeviceToken("dev-case", Key)));
    }

    [Fact]
    public async Task Token_that_ended_a_minute_ago_is_accepted()
    {
        await Server.EnrollAsync("dev-skew", Key);
        await using var device = await MqttDevice.OpenAsync(Server);

        Assert.Equal(0, await device.ConnectAsync(Server, "dev-skew", Server.DeviceToken("dev-skew", Key, Server.Clock.GetUtcNow().AddMinutes(-1))));
        Assert.Equal("assigned", (await device.RegisterAsync()).Status);
    }

    [Theory]
    [InlineData("dev-wrong", true, "a wrong key")]
    [InlineData("dev-nobody", false, "no enrollment")]
    public async Task Wrong_key_is_told_when_the_device_registers(string id, bool isEnrolled, string what)
    {
        if (isEnrolled) await Server.EnrollAsync(id, DeviceApiFixture.OtherKey);
        await using var device = await MqttDevice.ReadyAsync(Server, id, Key);

        var answer = await device.RegisterAsync(requestId: "r-1");

        Assert.Equal("$dps/registrations/res/401/?$rid=r-1", answer.Topic);
        Assert.Equal(401002, answer.Json.GetProperty("errorCode").GetInt32());
        var trackingId = answer.Json.GetProperty("trackingId").GetGuid();
        var trace = await Server.LastTraceAsync(id);
        Assert.True(trace.TrackingId == trackingId, what);
        Assert.Equal((DeviceRequest.Register, "Mqtt"), (trace.Operation, trace.Protocol));
    }

    [Fact]
    public async Task Token_of_another_device_is_told_when_the_device_registers()
    {
        await Server.EnrollAsync("dev-foreign", Key);
        await using var device = await MqttDevice.OpenAsync(Server);
        Assert.Equal(0, await device.ConnectAsync(Server, "dev-foreign", Server.DeviceToken("dev-else", Key)));

        Assert.StartsWith("$dps/registrations/res/401/", (await device.RegisterAsync()).Topic, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_with_a_will_is_accepted_and_the_will_forgotten()
    {
        await using var device = await MqttDevice.OpenAsync(Server);
        byte[] body =
        [
            .. ClientPackets.Text("MQTT"), 4, 0xc6, 0, 0, .. ClientPackets.Text("dev-will"), .. ClientPackets.Text("w"), .. ClientPackets.Text("x"),
            .. ClientPackets.Text(MqttDevice.UserName(Server, "dev-will")), .. ClientPackets.Text(Server.DeviceToken("dev-will", Key)),
        ];

        await device.SendAsync(ClientPackets.Packet(0x10, body));

        Assert.Equal("20020000", (await device.ExpectAsync()).Hex);
    }

    [Fact]
    public async Task Mqtt_5_is_answered_with_return_code_1()
    {
        await using var device = await MqttDevice.OpenAsync(Server);

        await device.SendAsync(ClientPackets.Packet(0x10, [.. ClientPackets.Text("MQTT"), 5, 2, 0, 60, 0, .. ClientPackets.Text("c")]));

        Assert.Equal("20020001", (await device.ExpectAsync()).Hex);
        await device.ExpectEndAsync();
    }

    [Theory]
    [InlineData(SslProtocols.Tls12, "localhost")]
    [InlineData(SslProtocols.Tls13, "localhost")]
    [InlineData(SslProtocols.None, "")]
    [InlineData(SslProtocols.None, "unknown.example")]
    public async Task Either_tls_version_and_any_server_name_lead_to_the_door(SslProtocols version, string serverName)
    {
        await using var device = await MqttDevice.OpenAsync(Server, versions: version, serverName: serverName);

        Assert.Equal(0, await device.ConnectAsync(Server, "dev-tls", Server.DeviceToken("dev-tls", Key)));
        if (version != SslProtocols.None) Assert.Equal(version, device.TlsVersion);
    }

    [Fact]
    public async Task Newer_connection_with_a_good_key_takes_over()
    {
        await Server.EnrollAsync("dev-twice", Key);
        await using var older = await MqttDevice.ReadyAsync(Server, "dev-twice", Key);

        await using var newer = await MqttDevice.ReadyAsync(Server, "DEV-TWICE", Key);

        await older.ExpectEndAsync();
        Assert.Equal("assigned", (await newer.RegisterAsync()).Status);
    }

    [Fact]
    public async Task Stranger_with_a_wrong_key_does_not_cut_a_device_off()
    {
        await Server.EnrollAsync("dev-calm", Key);
        await using var device = await MqttDevice.ReadyAsync(Server, "dev-calm", Key);

        await using var stranger = await MqttDevice.ReadyAsync(Server, "dev-calm", DeviceApiFixture.OtherKey);

        Assert.StartsWith("$dps/registrations/res/401/", (await stranger.RegisterAsync()).Topic, StringComparison.Ordinal);
        Assert.Equal("assigned", (await device.RegisterAsync()).Status);
    }

    [Fact]
    public async Task Same_registration_id_in_another_scope_is_another_client()
    {
        await using var here = await MqttDevice.ReadyAsync(Server, "dev-scope", Key);
        await using var elsewhere = await MqttDevice.OpenAsync(Server);

        var name = "0neFFFFFFFF/registrations/dev-scope/api-version=2019-03-31";
        var token = SasTokenBuilder.Create("0neFFFFFFFF/registrations/dev-scope", Convert.FromBase64String(Key), Server.Clock.GetUtcNow().AddHours(1));
        Assert.Equal(5, await elsewhere.ConnectAsync("dev-scope", name, token));

        await here.SendAsync(ClientPackets.PingReq);
        Assert.Equal("d000", (await here.ExpectAsync()).Hex);
    }
}
