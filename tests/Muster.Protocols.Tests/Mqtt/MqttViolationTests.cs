using Muster.Protocols.Mqtt;
using static Muster.Protocols.Tests.Mqtt.ClientPackets;

namespace Muster.Protocols.Tests.Mqtt;

/// <summary>What no client may send, and how each such session ends.</summary>
public sealed class MqttViolationTests
{
    public static TheoryData<string, MqttEndReason, byte[]> BeforeConnect => new()
    {
        { "publish first", MqttEndReason.ProtocolViolation, Publish("t", []) },
        { "ping first", MqttEndReason.ProtocolViolation, PingReq },
        { "reserved type 0", MqttEndReason.ProtocolViolation, [0x00, 0] },
        { "reserved type 15", MqttEndReason.ProtocolViolation, [0xf0, 0] },
        { "a server's packet", MqttEndReason.ProtocolViolation, [0x20, 2, 0, 0] },
        { "an HTTP request", MqttEndReason.ProtocolViolation, "GET / HTTP/1.1\r\n\r\n"u8.ToArray() },
        { "flags on CONNECT", MqttEndReason.MalformedPacket, [0x11, 0] },
        { "another protocol", MqttEndReason.MalformedPacket, Packet(0x10, [.. Text("HTTP"), 4, 2, 0, 0, .. Text("c")]) },
        { "no protocol name", MqttEndReason.MalformedPacket, Packet(0x10, []) },
        { "no level", MqttEndReason.MalformedPacket, Packet(0x10, Text("MQTT")) },
        { "no client ID", MqttEndReason.MalformedPacket, Packet(0x10, [.. Text("MQTT"), 4, 2, 0, 0]) },
        { "client ID cut short", MqttEndReason.MalformedPacket, Packet(0x10, [.. Text("MQTT"), 4, 2, 0, 0, 0, 9, 1]) },
        { "client ID no UTF-8", MqttEndReason.MalformedPacket, Packet(0x10, [.. Text("MQTT"), 4, 2, 0, 0, .. Bytes([0xc3, 0x28])]) },
        { "client ID with a surrogate", MqttEndReason.MalformedPacket, Packet(0x10, [.. Text("MQTT"), 4, 2, 0, 0, .. Bytes([0xed, 0xa0, 0x80])]) },
        { "client ID with U+0000", MqttEndReason.MalformedPacket, Packet(0x10, [.. Text("MQTT"), 4, 2, 0, 0, .. Text("a\0b")]) },
        { "reserved connect flag", MqttEndReason.MalformedPacket, Packet(0x10, [.. Text("MQTT"), 4, 3, 0, 0, .. Text("c")]) },
        { "password but no user name", MqttEndReason.MalformedPacket, Packet(0x10, [.. Text("MQTT"), 4, 0x42, 0, 0, .. Text("c"), .. Text("p")]) },
        { "will flags but no will", MqttEndReason.MalformedPacket, Packet(0x10, [.. Text("MQTT"), 4, 0x22, 0, 0, .. Text("c")]) },
        { "will of QoS 3", MqttEndReason.MalformedPacket, Packet(0x10, [.. Text("MQTT"), 4, 0x1e, 0, 0, .. Text("c"), .. Text("t"), .. Text("")]) },
        { "missing user name", MqttEndReason.MalformedPacket, Packet(0x10, [.. Text("MQTT"), 4, 0x82, 0, 0, .. Text("c")]) },
        { "bytes behind the last field", MqttEndReason.MalformedPacket, Packet(0x10, [.. Text("MQTT"), 4, 2, 0, 0, .. Text("c"), 0]) },
        { "length of five bytes", MqttEndReason.MalformedPacket, [0x10, 0x80, 0x80, 0x80, 0x80, 0x01] },
        { "CONNECT over the limit", MqttEndReason.PacketTooLarge, [0x10, .. Length(32 * 1024 + 1)] },
    };

    public static TheoryData<string, MqttEndReason, byte[]> AfterConnect => new()
    {
        { "second CONNECT", MqttEndReason.ProtocolViolation, Connect("c") },
        { "QoS 2", MqttEndReason.UnsupportedQos, Publish("t", [], qos: 2, packetId: 1) },
        { "PUBREL", MqttEndReason.UnsupportedQos, Packet(0x62, UInt16(1)) },
        { "QoS 3", MqttEndReason.MalformedPacket, Publish("t", [], qos: 3, packetId: 1) },
        { "duplicate of QoS 0", MqttEndReason.MalformedPacket, Publish("t", [], duplicate: true) },
        { "packet ID 0", MqttEndReason.MalformedPacket, Publish("t", [], qos: 1, packetId: 0) },
        { "empty topic", MqttEndReason.MalformedPacket, Publish("", []) },
        { "topic with a wildcard", MqttEndReason.MalformedPacket, Publish("a/#", []) },
        { "topic no UTF-8", MqttEndReason.MalformedPacket, Packet(0x30, Bytes([0xff])) },
        { "topic longer than the packet", MqttEndReason.MalformedPacket, Packet(0x30, [0, 9, 1]) },
        { "no topic", MqttEndReason.MalformedPacket, Packet(0x30, [0]) },
        { "topic over the limit", MqttEndReason.PacketTooLarge, Publish(new string('t', 2049), []) },
        { "body over the limit", MqttEndReason.PacketTooLarge, Publish("t", new byte[96 * 1024 + 1]) },
        { "packet over the limit", MqttEndReason.PacketTooLarge, [0x30, .. Length(128 * 1024 + 1)] },
        { "SUBSCRIBE over the limit", MqttEndReason.PacketTooLarge, [0x82, .. Length(128 * 1024 + 1)] },
        { "SUBSCRIBE without flags", MqttEndReason.MalformedPacket, Packet(0x80, [.. UInt16(1), .. Text("a"), 0]) },
        { "SUBSCRIBE without filters", MqttEndReason.MalformedPacket, Packet(0x82, UInt16(1)) },
        { "SUBSCRIBE with packet ID 0", MqttEndReason.MalformedPacket, Subscribe(0, ("a", 0)) },
        { "SUBSCRIBE of QoS 3", MqttEndReason.MalformedPacket, Subscribe(1, ("a", 3)) },
        { "SUBSCRIBE with an empty filter", MqttEndReason.MalformedPacket, Subscribe(1, ("", 0)) },
        { "SUBSCRIBE with # inside", MqttEndReason.MalformedPacket, Subscribe(1, ("a/#/b", 0)) },
        { "SUBSCRIBE with a half wildcard", MqttEndReason.MalformedPacket, Subscribe(1, ("a/b+", 0)) },
        { "SUBSCRIBE with too many filters", MqttEndReason.MalformedPacket, Subscribe(1, [.. Enumerable.Repeat(("a", 0), 33)]) },
        { "UNSUBSCRIBE without filters", MqttEndReason.MalformedPacket, Packet(0xa2, UInt16(1)) },
        { "PUBACK of three bytes", MqttEndReason.MalformedPacket, [0x40, 3, 0, 1, 0] },
        { "PINGREQ with a body", MqttEndReason.MalformedPacket, [0xc0, 1, 0] },
        { "DISCONNECT with a body", MqttEndReason.MalformedPacket, [0xe0, 1, 0] },
        { "DISCONNECT with flags", MqttEndReason.MalformedPacket, [0xe1, 0] },
    };

    [Theory]
    [MemberData(nameof(BeforeConnect))]
    public async Task First_packet_that_is_no_connect_ends_the_session(string what, MqttEndReason reason, byte[] bytes)
    {
        using var harness = new SessionHarness();

        await harness.SendAsync(bytes);

        var end = await harness.Run;
        Assert.True(end.Reason == reason, $"{what}: {end}");
        Assert.Equal("", harness.Received());
        Assert.Equal(["closed " + reason], harness.Handler.Calls);
    }

    [Theory]
    [MemberData(nameof(AfterConnect))]
    public async Task Forbidden_packet_ends_the_session(string what, MqttEndReason reason, byte[] bytes)
    {
        using var harness = await SessionHarness.ConnectedAsync();

        await harness.SendAsync(bytes);

        var end = await harness.Run;
        Assert.True(end.Reason == reason, $"{what}: {end}");
        Assert.True(end.IsViolation);
        Assert.Equal("", harness.Received());
    }

    [Theory]
    [InlineData(0x30, 128 * 1024)]
    [InlineData(0x30, 256 * 1024 * 1024 - 1)]
    public async Task Oversized_body_is_refused_by_its_first_bytes(byte first, int length)
    {
        using var harness = await SessionHarness.ConnectedAsync();

        await harness.SendAsync((byte[])[first, .. Length(length), 0, 1]);

        Assert.Equal(MqttEndReason.PacketTooLarge, (await harness.Run).Reason);
    }
}
