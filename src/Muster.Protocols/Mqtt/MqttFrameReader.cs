using System.Buffers;
using System.Buffers.Binary;

namespace Muster.Protocols.Mqtt;

/// <summary>
/// Cuts packets out of a growing buffer, without allocation. Type, flags and sizes are judged as soon as their bytes are there, so
/// that an oversized packet is refused before it is buffered.
/// </summary>
public static class MqttFrameReader
{
    /// <summary>Longest remaining-length field in bytes.</summary>
    private const int MaxLengthBytes = 4;

    /// <summary>What a first byte may be, by packet type; -1 stands for types that a client never sends.</summary>
    private static readonly sbyte[] RequiredFlags = [-1, 0, -1, 0, 0, 0, 2, 0, 2, -1, 2, -1, 0, -1, 0, -1];

    /// <summary>Takes the next packet off the front of <paramref name="buffer"/>.</summary>
    /// <param name="buffer">What was received; on success it begins after the packet.</param>
    /// <param name="isConnected">Whether CONNECT was accepted: before that only CONNECT may come, within its own limit.</param>
    /// <param name="limits">Size limits.</param>
    /// <param name="frame">The packet.</param>
    /// <param name="problem">Why the bytes can never become an allowed packet; null otherwise.</param>
    /// <returns>False when more bytes are needed, or when there is a problem.</returns>
    public static bool TryRead(ref ReadOnlySequence<byte> buffer, bool isConnected, MqttLimits limits, out MqttFrame frame, out MqttEnd? problem)
    {
        frame = default;
        problem = null;
        var reader = new SequenceReader<byte>(buffer);
        if (!reader.TryRead(out var first)) return false;

        var type = (MqttPacketType)(first >> 4);
        var flags = first & 0x0f;
        problem = CheckFirstByte(type, flags, isConnected);
        if (problem is not null) return false;

        if (!TryReadLength(ref reader, out var length, out problem)) return false;
        if (CheckLength(type, length, limits) is { } tooLarge)
        {
            problem = tooLarge;
            return false;
        }

        if (type == MqttPacketType.Publish && CheckPayload(reader, flags, length, limits) is { } large)
        {
            problem = large;
            return false;
        }

        if (reader.Remaining < length) return false;
        var body = buffer.Slice(reader.Position, length);
        frame = new MqttFrame(type, flags, body);
        buffer = buffer.Slice(body.End);
        return true;
    }

    private static MqttEnd? CheckFirstByte(MqttPacketType type, int flags, bool isConnected)
    {
        var required = RequiredFlags[(int)type];
        if (required < 0) return new MqttEnd(MqttEndReason.ProtocolViolation, $"Packet type {(int)type} is not one that a client sends.");
        if (!isConnected && type != MqttPacketType.Connect)
            return new MqttEnd(MqttEndReason.ProtocolViolation, $"The first packet must be CONNECT; {type} was sent.");
        if (type != MqttPacketType.Publish && flags != required)
            return new MqttEnd(MqttEndReason.MalformedPacket, $"{type} with reserved flags {flags}; expected {required}.");
        if (isConnected && type == MqttPacketType.Connect)
            return new MqttEnd(MqttEndReason.ProtocolViolation, "A second CONNECT on one connection.");
        return null;
    }

    private static bool TryReadLength(ref SequenceReader<byte> reader, out int length, out MqttEnd? problem)
    {
        length = 0;
        problem = null;
        for (var index = 0; index < MaxLengthBytes; index++)
        {
            if (!reader.TryRead(out var part)) return false;
            length |= (part & 0x7f) << (7 * index);
            if ((part & 0x80) == 0) return true;
        }

        problem = new MqttEnd(MqttEndReason.MalformedPacket, "The remaining length takes more than four bytes.");
        return false;
    }

    private static MqttEnd? CheckLength(MqttPacketType type, int length, MqttLimits limits)
    {
        switch (type)
        {
            case MqttPacketType.PingReq or MqttPacketType.Disconnect when length != 0:
                return new MqttEnd(MqttEndReason.MalformedPacket, $"{type} with {length} bytes; it has none.");
            case MqttPacketType.PubAck or MqttPacketType.PubRec or MqttPacketType.PubRel or MqttPacketType.PubComp when length != 2:
                return new MqttEnd(MqttEndReason.MalformedPacket, $"{type} with {length} bytes; it has 2.");
        }

        var limit = type == MqttPacketType.Connect ? limits.MaxConnectBytes : limits.MaxPacketBytes;
        return length > limit ? new MqttEnd(MqttEndReason.PacketTooLarge, $"{type} with {length} bytes; the limit is {limit}.") : null;
    }

    /// <summary>The size of a body follows from the topic's length, which stands at the front.</summary>
    private static MqttEnd? CheckPayload(SequenceReader<byte> reader, int flags, int length, MqttLimits limits)
    {
        Span<byte> prefix = stackalloc byte[2];
        if (length < 2) return new MqttEnd(MqttEndReason.MalformedPacket, "PUBLISH without a topic.");
        if (!reader.TryCopyTo(prefix)) return null;

        var topic = BinaryPrimitives.ReadUInt16BigEndian(prefix);
        var payload = length - 2 - topic - ((flags & 0x06) == 0 ? 0 : 2);
        if (payload < 0) return new MqttEnd(MqttEndReason.MalformedPacket, "PUBLISH whose topic is longer than the packet.");
        if (topic > limits.MaxTopicBytes)
            return new MqttEnd(MqttEndReason.PacketTooLarge, $"A topic of {topic} bytes; the limit is {limits.MaxTopicBytes}.");
        return payload > limits.MaxPayloadBytes
            ? new MqttEnd(MqttEndReason.PacketTooLarge, $"A body of {payload} bytes; the limit is {limits.MaxPayloadBytes}.")
            : null;
    }
}
