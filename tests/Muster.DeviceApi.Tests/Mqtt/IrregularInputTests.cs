using System.Text;
using Muster.Core.Registration;
using Muster.DeviceApi.Tests.Http;
using Muster.Protocols.Tests.Mqtt;
using Muster.TestKit;

namespace Muster.DeviceApi.Tests.Mqtt;

/// <summary>The table of irregular input (device-protocols 3.6).</summary>
public sealed class IrregularInputTests(DeviceApiFixture fixture) : IClassFixture<DeviceApiFixture>
{
    private const string Key = DeviceApiFixture.Key;
    private const string RegisterTopic = "$dps/registrations/PUT/iotdps-register/?$rid=1";

    private RunningServer Server => fixture.Server;

    public static TheoryData<string, byte[]> Closing => new()
    {
        { "topic", ClientPackets.Publish("devices/x/messages/events/", []) },
        { "topic-case", ClientPackets.Publish("$DPS/registrations/PUT/iotdps-register/?$rid=1", []) },
        { "topic-operation", ClientPackets.Publish("$dps/registrations/DELETE/iotdps-register/?$rid=1", []) },
        { "topic-answer", ClientPackets.Publish("$dps/registrations/res/200/?$rid=1", []) },
        { "no-rid", ClientPackets.Publish("$dps/registrations/PUT/iotdps-register/", []) },
        { "no-rid-query", ClientPackets.Publish("$dps/registrations/PUT/iotdps-register/?x=1", []) },
        { "empty-rid", ClientPackets.Publish("$dps/registrations/PUT/iotdps-register/?$rid=", [], qos: 1, packetId: 1) },
        { "status-no-rid", ClientPackets.Publish("$dps/registrations/GET/iotdps-get-operationstatus/?operationId=4.a.b", []) },
        { "qos-2", ClientPackets.Publish(RegisterTopic, [], qos: 2, packetId: 1) },
        { "body", ClientPackets.Publish(RegisterTopic, new byte[96 * 1024 + 1]) },
        { "packet", [0x30, .. ClientPackets.Length(128 * 1024 + 1)] },
        { "packet-huge", [0x30, 0xff, 0xff, 0xff, 0x7f] },
        { "second-connect", ClientPackets.Connect("x") },
        { "reserved-flags", [0x83, 0] },
        { "malformed-length", [0x30, 0xff, 0xff, 0xff, 0xff, 0x7f] },
        { "utf-8", ClientPackets.Packet(0x30, ClientPackets.Bytes([0xc3, 0x28])) },
        { "server-packet", [0x20, 2, 0, 0] },
    };

    [Theory]
    [MemberData(nameof(Closing))]
    public async Task Connection_is_closed_without_a_word_and_with_a_trace(string what, byte[] bytes)
    {
        var id = "irr-" + what;
        await using var device = await MqttDevice.ReadyAsync(Server, id, Key);

        // The server may close before it has taken all of it.
        await Record.ExceptionAsync(() => device.SendAsync(bytes));

        await device.ExpectEndAsync();
        var trace = await Server.EventuallyTracedAsync(id);
        Assert.Equal((AttemptOutcome.Refused, "Mqtt"), (trace.Outcome, trace.Protocol));
        Assert.Equal("MQTT", trace.Checks[^1].Check);
    }

    [Theory]
    [InlineData("publish before CONNECT", "3000")]
    [InlineData("an HTTP request", "474554202f20485454502f312e310d0a0d0a")]
    [InlineData("CONNECT with a broken client ID", "100e00044d515454040200000002c328")]
    [InlineData("oversize CONNECT", "10ffffff7f")]
    public async Task Connection_that_never_connected_is_closed_with_a_trace(string what, string bytes)
    {
        var before = (await Server.TracesWithoutInstanceAsync()).Count;
        await using var device = await MqttDevice.OpenAsync(Server);

        await device.SendAsync(Convert.FromHexString(bytes));

        await device.ExpectEndAsync();
        await Server.EventuallyAsync(async () => (await Server.TracesWithoutInstanceAsync()).Count > before, what);
    }

    [Theory]
    [InlineData("json-1", "{", 400001)]
    [InlineData("json-2", "[]", 400001)]
    [InlineData("json-3", "\u00ff", 400001)]
    [InlineData("json-4", """{"registrationId":"another"}""", 400004)]
    [InlineData("json-5", """{"registrationId":7}""", 400004)]
    [InlineData("json-6", """{"csr":"MIIB"}""", 400004)]
    public async Task Body_that_cannot_be_used_is_answered_with_400(string id, string body, int code)
    {
        await Server.EnrollAsync(id, Key);
        await using var device = await MqttDevice.ReadyAsync(Server, id, Key);

        var answer = await device.RegisterAsync(body, "b");

        Assert.Equal("$dps/registrations/res/400/?$rid=b", answer.Topic);
        Assert.Equal(code, answer.Json.GetProperty("errorCode").GetInt32());
        Assert.Equal(answer.Json.GetProperty("trackingId").GetGuid(), (await Server.LastTraceAsync(id)).TrackingId);
        Assert.Equal("assigned", (await device.RegisterAsync()).Status);
    }

    [Fact]
    public async Task Deeply_nested_body_is_answered_with_400()
    {
        await Server.EnrollAsync("json-deep", Key);
        await using var device = await MqttDevice.ReadyAsync(Server, "json-deep", Key);

        Assert.StartsWith("$dps/registrations/res/400/", (await device.RegisterAsync(new string('[', 40_000))).Topic, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_of_exactly_96_kib_is_taken()
    {
        await Server.EnrollAsync("json-big", Key);
        await using var device = await MqttDevice.ReadyAsync(Server, "json-big", Key);

        var body = "{\"payload\":\"";
        body += new string('x', (96 * 1024) - body.Length - 2) + "\"}";

        Assert.Equal("assigned", (await device.RegisterAsync(body)).Status);
    }

    [Theory]
    [InlineData("unknown", "4.0000000000000000.00000000-0000-0000-0000-000000000000", 404)]
    [InlineData("malformed", "x", 404)]
    [InlineData("missing", "", 400)]
    public async Task Unknown_operation_is_answered(string what, string operationId, int status)
    {
        var id = "op-" + what;
        await Server.EnrollAsync(id, Key);
        await using var device = await MqttDevice.ReadyAsync(Server, id, Key);
        await device.RegisterAsync();

        var answer = await device.PollAsync(operationId, "p");

        Assert.Equal($"$dps/registrations/res/{status}/?$rid=p", answer.Topic);
        Assert.Equal(status, answer.Json.GetProperty("errorCode").GetInt32() / 1000);
    }

    [Fact]
    public async Task Operation_of_another_device_is_unknown()
    {
        await Server.EnrollAsync("op-mine", Key);
        await Server.EnrollAsync("op-yours", Key);
        await using var mine = await MqttDevice.ReadyAsync(Server, "op-mine", Key);
        await using var yours = await MqttDevice.ReadyAsync(Server, "op-yours", Key);
        var operationId = (await mine.RegisterAsync()).Json.GetProperty("operationId").GetString()!;
        await yours.RegisterAsync();

        Assert.Equal("$dps/registrations/res/404/?$rid=1", (await yours.PollAsync(operationId)).Topic);
    }

    [Theory]
    [InlineData("#")]
    [InlineData("$dps/#")]
    [InlineData("$dps/registrations/res")]
    [InlineData("+/registrations/res/#")]
    [InlineData("$iothub/twin/res/#")]
    public async Task Other_filter_is_not_granted(string filter)
    {
        await using var device = await MqttDevice.ReadyAsync(Server, "filters", Key);

        await device.SendAsync(ClientPackets.Subscribe(7, (filter, 1), ("$dps/registrations/res/200/#", 1)));

        Assert.Equal("900400078001", (await device.ExpectAsync()).Hex);
    }

    [Fact]
    public async Task Retain_flag_is_ignored()
    {
        await Server.EnrollAsync("retain", Key);
        await using var device = await MqttDevice.ReadyAsync(Server, "retain", Key);

        await device.SendAsync(ClientPackets.Publish(RegisterTopic, [], retain: true));

        Assert.Equal("assigned", (await device.AnswerAsync()).Status);
    }

    [Fact]
    public async Task Ping_is_answered_and_the_connection_stays_after_the_final_answer()
    {
        await Server.EnrollAsync("ping", Key);
        await using var device = await MqttDevice.ReadyAsync(Server, "ping", Key);
        await device.RegisterAsync();

        await device.SendAsync(ClientPackets.PingReq);

        Assert.Equal("d000", (await device.ExpectAsync()).Hex);
    }

    [Fact]
    public async Task Connect_that_comes_byte_by_byte_is_served()
    {
        await using var device = await MqttDevice.OpenAsync(Server);
        var connect = ClientPackets.Connect(
            "bytes", MqttDevice.UserName(Server, "bytes"), Encoding.UTF8.GetBytes(Server.DeviceToken("bytes", Key)));

        foreach (var one in connect) await device.SendAsync((byte[])[one]);

        Assert.Equal("20020000", (await device.ExpectAsync()).Hex);
    }
}
