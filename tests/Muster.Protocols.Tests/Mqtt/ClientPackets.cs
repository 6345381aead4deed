using System.Buffers.Binary;
using System.Text;

namespace Muster.Protocols.Tests.Mqtt;

/// <summary>The packets that a client sends, byte for byte.</summary>
internal static class ClientPackets
{
    public static byte[] PingReq => [0xc0, 0];

    public static byte[] Disconnect => [0xe0, 0];

    public static byte[] Connect(
        string clientId, string? userName = null, byte[]? password = null, int keepAlive = 0, bool cleanSession = true, int level = 4)
    {
        var flags = (cleanSession ? 2 : 0) | (userName is null ? 0 : 0x80) | (password is null ? 0 : 0x40);
        return Packet(0x10, [
            .. Text("MQTT"), (byte)level, (byte)flags, .. UInt16(keepAlive), .. Text(clientId),
            .. userName is null ? [] : Text(userName), .. password is null ? [] : Bytes(password)]);
    }

    public static byte[] Subscribe(ushort packetId, params (string Filter, int Qos)[] filters) =>
        Packet(0x82, [.. UInt16(packetId), .. filters.SelectMany(entry => (byte[])[.. Text(entry.Filter), (byte)entry.Qos])]);

    public static byte[] Unsubscribe(ushort packetId, params string[] filters) =>
        Packet(0xa2, [.. UInt16(packetId), .. filters.SelectMany(Text)]);

    public static byte[] Publish(string topic, byte[] payload, int qos = 0, ushort packetId = 0, bool duplicate = false, bool retain = false) =>
        Packet(
            (byte)(0x30 | (duplicate ? 8 : 0) | (qos << 1) | (retain ? 1 : 0)),
            [.. Text(topic), .. qos == 0 ? [] : UInt16(packetId), .. payload]);

    public static byte[] PubAck(ushort packetId) => Packet(0x40, UInt16(packetId));

    public static byte[] Packet(byte first, byte[] body) => [first, .. Length(body.Length), .. body];

    public static byte[] Text(string text) => Bytes(Encoding.UTF8.GetBytes(text));

    public static byte[] Bytes(byte[] bytes) => [.. UInt16(bytes.Length), .. bytes];

    public static byte[] UInt16(int value)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)value);
        return bytes;
    }

    public static byte[] Length(int length)
    {
        var bytes = new List<byte>();
        do
        {
            var part = length & 0x7f;
            length >>= 7;
            bytes.Add((byte)(length > 0 ? part | 0x80 : part));
        }
        while (length > 0);
        return [.. bytes];
    }
}
