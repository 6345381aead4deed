using System.Text;
using Muster.DeviceApi.Tests.Http;
using Muster.Protocols.Tests.Mqtt;
using Muster.TestKit;

namespace Muster.DeviceApi.Tests.Mqtt;

/// <summary>MQTT over WebSockets (device-protocols 3.7).</summary>
public sealed class WebSocketTests(DeviceApiFixture fixture) : IClassFixture<DeviceApiFixture>
{
    private const string Key = DeviceApiFixture.Key;

    private RunningServer Server => fixture.Server;

    [Theory]
    [InlineData("/", "mqtt", "mqtt")]
    [InlineData("/mqtt", "mqtt", "mqtt")]
    [InlineData("/$iothub/websocket", "mqtt", "mqtt")]
    [InlineData("/$iothub/websocket", "MQTT", "MQTT")]
    [InlineData("/$iothub/websocket?iothub-no-client-cert=true", "mqtt", "mqtt")]
    [InlineData("https://localhost/$iothub/websocket", "mqtt", "mqtt")]
    [InlineData("/mqtt", "other, Mqtt", "Mqtt")]
    public async Task Every_path_and_spelling_leads_to_the_door(string target, string offered, string echoed)
    {
        await Server.EnrollAsync("ws-paths", Key);
        await using var device = await MqttDevice.UpgradeAsync(Server, MqttDevice.UpgradeRequest(
            target, offered, "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"));

        Assert.StartsWith("HTTP/1.1 101 ", device.UpgradeAnswer, StringComparison.Ordinal);
        Assert.Contains($"Sec-WebSocket-Protocol: {echoed}\r\n", device.UpgradeAnswer, StringComparison.Ordinal);
        Assert.DoesNotContain("Sec-WebSocket-Extensions", device.UpgradeAnswer, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(0, await device.ConnectAsync(Server, "ws-paths", Server.DeviceToken("ws-paths", Key)));
        Assert.Equal("assigned", (await device.RegisterAsync()).Status);
        Assert.Equal("MqttWs", (await Server.LastTraceAsync("ws-paths")).Protocol);
    }

    [Theory]
    [InlineData("/other", "mqtt")]
    [InlineData("/mqtt", "chat")]
    public async Task Other_upgrade_is_refused_with_an_error_body(string target, string offered)
    {
        await using var device = await MqttDevice.UpgradeAsync(Server, MqttDevice.UpgradeRequest(target, offered));

        Assert.StartsWith("HTTP/1.1 404 ", device.UpgradeAnswer, StringComparison.Ordinal);
        Assert.Contains("application/json", device.UpgradeAnswer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Packets_and_frames_need_not_align_and_answers_have_a_frame_each()
    {
        await Server.EnrollAsync("ws-frames", Key);
        await using var device = await MqttDevice.UpgradeAsync(Server, MqttDevice.UpgradeRequest("/mqtt", "mqtt"));
        var password = Encoding.UTF8.GetBytes(Server.DeviceToken("ws-frames", Key));
        byte[] all =
        [
            .. ClientPackets.Connect("ws-frames", MqttDevice.UserName(Server, "ws-frames"), password),
            .. ClientPackets.Subscribe(1, (MqttDevice.Answers, 1)), .. MqttDevice.Register(qos: 1, packetId: 2),
        ];

        await device.SendAsync(all.AsMemory(0, 40));
        await device.SendAsync(all.AsMemory(40, all.Length - 45));
        await device.SendAsync(all.AsMemory(all.Length - 5));

        Assert.Equal("20020000", (await device.ExpectAsync()).Hex);
        Assert.Equal("9003000101", (await device.ExpectAsync()).Hex);
        Assert.Equal("40020002", (await device.ExpectAsync()).Hex);
        Assert.Equal("assigned", (await device.AnswerAsync()).Status);
        Assert.Equal([4, 5, 4], device.Frames.Take(3));
        Assert.Equal(4, device.Frames.Count);
    }

    [Fact]
    public async Task Disconnect_is_followed_by_a_close_frame()
    {
        await using var device = await MqttDevice.UpgradeAsync(Server, MqttDevice.UpgradeRequest("/mqtt", "mqtt"));
        Assert.Equal(0, await device.ConnectAsync(Server, "ws-close", Server.DeviceToken("ws-close", Key)));

        await device.SendAsync(ClientPackets.Disconnect);

        await device.ExpectEndAsync();
    }

    [Fact]
    public async Task Text_frame_closes_the_connection_with_a_trace()
    {
        await using var device = await MqttDevice.UpgradeAsync(Server, MqttDevice.UpgradeRequest("/mqtt", "mqtt"));
        Assert.Equal(0, await device.ConnectAsync(Server, "ws-text", Server.DeviceToken("ws-text", Key)));

        await device.SendRawAsync(ClientWebSocketStream.Frame(0x81, "{}"u8));

        await device.ExpectEndAsync();
        var trace = await Server.EventuallyTracedAsync("ws-text");
        Assert.Contains("text frame", trace.Checks[^1].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refused_connect_is_answered_before_the_end()
    {
        await using var device = await MqttDevice.UpgradeAsync(Server, MqttDevice.UpgradeRequest("/mqtt", "mqtt"));

        Assert.Equal(5, await device.ConnectAsync(Server, "ws-none", token: null));
        await device.ExpectEndAsync();
    }

    [Fact]
    public async Task Device_takes_over_from_itself_across_transports()
    {
        await Server.EnrollAsync("ws-twice", Key);
        await using var older = await MqttDevice.UpgradeAsync(Server, MqttDevice.UpgradeRequest("/mqtt", "mqtt"));
        Assert.Equal(0, await older.ConnectAsync(Server, "ws-twice", Server.DeviceToken("ws-twice", Key)));

        await using var newer = await MqttDevice.ReadyAsync(Server, "ws-twice", Key);

        await older.ExpectEndAsync();
    }
}
