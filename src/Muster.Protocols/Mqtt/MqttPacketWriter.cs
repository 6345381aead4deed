using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Muster.Protocols.Mqtt;

/// <summary>Writes the packets that a server sends.</summary>
public static class MqttPacketWriter
{
    /// <summary>The return code of a subscription that is not granted.</summary>
    public const byte SubscriptionRefused = 0x80;

    /// <summary>Longest fixed header: first byte and four of length.</summary>
    private const int MaxHeaderBytes = 5;

    /// <summary>CONNACK; session-present is always 0, because no session outlives its connection.</summary>
    public static void WriteConnAck(IBufferWriter<byte> output, MqttConnectCode code)
    {
        var span = output.GetSpan(4);
        span[0] = 0x20;
        span[1] = 2;
        span[2] = 0;
        span[3] = (byte)code;
        output.Advance(4);
    }

    /// <summary>PUBACK.</summary>
    public static void WritePubAck(IBufferWriter<byte> output, ushort packetId) => WriteAcknowledgement(output, 0x40, packetId);

    /// <summary>UNSUBACK.</summary>
    public static void WriteUnsubAck(IBufferWriter<byte> output, ushort packetId) => WriteAcknowledgement(output, 0xb0, packetId);

    /// <summary>SUBACK with one return code per filter: the granted QoS or <see cref="SubscriptionRefused"/>.</summary>
    public static void WriteSubAck(IBufferWriter<byte> output, ushort packetId, ReadOnlySpan<byte> codes)
    {
        var span = output.GetSpan(MaxHeaderBytes + 2 + codes.Length);
        var position = WriteHeader(span, 0x90, 2 + codes.Length);
        BinaryPrimitives.WriteUInt16BigEndian(span[position..], packetId);
        codes.CopyTo(span[(position + 2)..]);
        output.Advance(position + 2 + codes.Length);
    }

    /// <summary>PINGRESP.</summary>
    public static void WritePingResp(IBufferWriter<byte> output)
    {
        var span = output.GetSpan(2);
        span[0] = 0xd0;
        span[1] = 0;
        output.Advance(2);
    }

    /// <summary>PUBLISH.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="topic">At most 65535 bytes of UTF-8.</param>
    /// <param name="payload">Body.</param>
    /// <param name="packetId">Packet ID of a message of QoS 1; 0 makes it QoS 0.</param>
    public static void WritePublish(IBufferWriter<byte> output, string topic, ReadOnlySpan<byte> payload, ushort packetId)
    {
        var topicBytes = Encoding.UTF8.GetByteCount(topic);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(topicBytes, ushort.MaxValue, nameof(topic));
        var idBytes = packetId == 0 ? 0 : 2;
        var span = output.GetSpan(MaxHeaderBytes + 2 + topicBytes + idBytes);
        var position = WriteHeader(span, packetId == 0 ? (byte)0x30 : (byte)0x32, 2 + topicBytes + idBytes + payload.Length);
        BinaryPrimitives.WriteUInt16BigEndian(span[position..], (ushort)topicBytes);
        position += 2 + Encoding.UTF8.GetBytes(topic, span[(position + 2)..]);
        if (packetId != 0) BinaryPrimitives.WriteUInt16BigEndian(span[position..], packetId);
        output.Advance(position + idBytes);
        output.Write(payload);
    }

    private static void WriteAcknowledgement(IBufferWriter<byte> output, byte first, ushort packetId)
    {
        var span = output.GetSpan(4);
        span[0] = first;
        span[1] = 2;
        BinaryPrimitives.WriteUInt16BigEndian(span[2..], packetId);
        output.Advance(4);
    }

    private static int WriteHeader(Span<byte> span, byte first, int length)
    {
        span[0] = first;
        var position = 1;
        do
        {
            var part = length & 0x7f;
            length >>= 7;
            span[position++] = (byte)(length > 0 ? part | 0x80 : part);
        }
        while (length > 0);
        return position;
    }
}
