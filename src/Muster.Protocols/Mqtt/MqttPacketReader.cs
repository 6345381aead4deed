using System.Buffers;

namespace Muster.Protocols.Mqtt;

/// <summary>Reads the bodies of the packets that clients send. Each method returns null, or why the packet is not valid.</summary>
public static class MqttPacketReader
{
    /// <summary>The protocol level of MQTT 3.1.1.</summary>
    public const int SupportedLevel = 4;

    private const int CleanSessionFlag = 0x02;
    private const int WillFlag = 0x04;
    private const int WillRetainFlag = 0x20;
    private const int PasswordFlag = 0x40;
    private const int UserNameFlag = 0x80;
    private const int RetainFlag = 0x01;
    private const int DuplicateFlag = 0x08;

    /// <summary>
    /// Reads CONNECT. A protocol level that is not supported ends the reading: what follows has another form then, and
    /// <paramref name="connect"/> is null.
    /// </summary>
    public static string? ReadConnect(ReadOnlySequence<byte> body, out MqttConnect? connect, out int level)
    {
        connect = null;
        level = 0;
        var reader = new MqttBodyReader(body);
        if (!reader.TryReadText(out var name)) return "CONNECT without a valid protocol name.";
        if (name is not ("MQTT" or "MQIsdp")) return "CONNECT of another protocol than MQTT.";
        if (!reader.TryReadByte(out var presented)) return "CONNECT without a protocol level.";
        level = presented;
        if (name != "MQTT" || level != SupportedLevel) return null;

        if (!reader.TryReadByte(out var flags) || !reader.TryReadUInt16(out var keepAlive)) return "CONNECT that ends before its client ID.";
        if (CheckConnectFlags(flags) is { } problem) return problem;
        if (!reader.TryReadText(out var clientId)) return "CONNECT whose client ID is cut short or no valid UTF-8.";
        if ((problem = ReadWill(ref reader, flags, out var will)) is not null) return problem;

        string? userName = null;
        if ((flags & UserNameFlag) != 0)
        {
            if (!reader.TryReadText(out var text)) return "CONNECT whose user name is cut short or no valid UTF-8.";
            userName = text;
        }

        ReadOnlyMemory<byte>? password = null;
        if ((flags & PasswordFlag) != 0)
        {
            if (!reader.TryReadBytes(out var bytes)) return "CONNECT whose password is cut short.";
            password = bytes.ToArray();
        }

        if (!reader.IsAtEnd) return "CONNECT with bytes after its last field.";
        connect = new MqttConnect
        {
            ClientId = clientId,
            CleanSession = (flags & CleanSessionFlag) != 0,
            KeepAliveSeconds = keepAlive,
            Will = will,
            UserName = userName,
            Password = password,
        };
        return null;
    }

    /// <summary>Reads PUBLISH; the body it hands out is part of <paramref name="frame"/>'s.</summary>
    public static string? ReadPublish(in MqttFrame frame, out MqttPublish publish)
    {
        publish = default;
        var qos = (MqttQos)((frame.Flags >> 1) & 3);
        var isDuplicate = (frame.Flags & DuplicateFlag) != 0;
        if (!Enum.IsDefined(qos)) return "PUBLISH of QoS 3.";
        if (qos == MqttQos.AtMostOnce && isDuplicate) return "PUBLISH of QoS 0 that claims to be a duplicate.";

        var reader = new MqttBodyReader(frame.Body);
        if (!reader.TryReadText(out var topic)) return "PUBLISH whose topic is cut short or no valid UTF-8.";
        if (!MqttTopics.IsTopic(topic)) return "PUBLISH to an empty topic or one with wildcards.";

        ushort packetId = 0;
        if (qos != MqttQos.AtMostOnce)
        {
            if (!reader.TryReadUInt16(out packetId)) return "PUBLISH that ends before its packet ID.";
            if (packetId == 0) return "PUBLISH with packet ID 0.";
        }

        publish = new MqttPublish(topic, reader.Rest, qos, packetId, isDuplicate, (frame.Flags & RetainFlag) != 0);
        return null;
    }

    /// <summary>Reads SUBSCRIBE.</summary>
    public static string? ReadSubscribe(
        ReadOnlySequence<byte> body, MqttLimits limits, out ushort packetId, out IReadOnlyList<MqttSubscription> subscriptions)
    {
        var list = new List<MqttSubscription>(1);
        subscriptions = list;
        var reader = new MqttBodyReader(body);
        if (!reader.TryReadUInt16(out packetId) || packetId == 0) return "SUBSCRIBE without a packet ID.";
        do
        {
            if (!reader.TryReadText(out var filter)) return "SUBSCRIBE whose filter is missing, cut short or no valid UTF-8.";
            if (!MqttTopics.IsFilter(filter)) return "SUBSCRIBE with an empty filter or a misplaced wildcard.";
            if (!reader.TryReadByte(out var qos) || qos > (byte)MqttQos.ExactlyOnce) return "SUBSCRIBE without a valid QoS.";
            if (list.Count == limits.MaxFilters) return $"SUBSCRIBE with more than {limits.MaxFilters} filters.";
            list.Add(new MqttSubscription(filter, (MqttQos)qos));
        }
        while (!reader.IsAtEnd);
        return null;
    }

    /// <summary>Reads UNSUBSCRIBE.</summary>
    public static string? ReadUnsubscribe(
        ReadOnlySequence<byte> body, MqttLimits limits, out ushort packetId, out IReadOnlyList<string> filters)
    {
        var list = new List<string>(1);
        filters = list;
        var reader = new MqttBodyReader(body);
        if (!reader.TryReadUInt16(out packetId) || packetId == 0) return "UNSUBSCRIBE without a packet ID.";
        do
        {
            if (!reader.TryReadText(out var filter)) return "UNSUBSCRIBE whose filter is missing, cut short or no valid UTF-8.";
            if (!MqttTopics.IsFilter(filter)) return "UNSUBSCRIBE with an empty filter or a misplaced wildcard.";
            if (list.Count == limits.MaxFilters) return $"UNSUBSCRIBE with more than {limits.MaxFilters} filters.";
            list.Add(filter);
        }
        while (!reader.IsAtEnd);
        return null;
    }

    /// <summary>Reads the packet ID of a PUBACK; 0 is handed out as it is, because a known client sends it for QoS 0.</summary>
    public static ushort ReadPacketId(ReadOnlySequence<byte> body)
    {
        var reader = new MqttBodyReader(body);
        return reader.TryReadUInt16(out var packetId) ? packetId : (ushort)0;
    }

    private static string? CheckConnectFlags(int flags)
    {
        var willQos = (flags >> 3) & 3;
        if ((flags & 0x01) != 0) return "CONNECT with the reserved flag set.";
        if (willQos == 3) return "CONNECT with a will of QoS 3.";
        if ((flags & WillFlag) == 0 && (willQos != 0 || (flags & WillRetainFlag) != 0)) return "CONNECT with will flags but no will.";
        return (flags & PasswordFlag) != 0 && (flags & UserNameFlag) == 0 ? "CONNECT with a password but no user name." : null;
    }

    private static string? ReadWill(ref MqttBodyReader reader, int flags, out MqttWill? will)
    {
        will = null;
        if ((flags & WillFlag) == 0) return null;
        if (!reader.TryReadText(out var topic)) return "CONNECT whose will topic is cut short or no valid UTF-8.";
        if (!MqttTopics.IsTopic(topic)) return "CONNECT with a will topic that is empty or has wildcards.";
        if (!reader.TryReadBytes(out var payload)) return "CONNECT whose will message is cut short.";
        will = new MqttWill(topic, payload.ToArray(), (MqttQos)((flags >> 3) & 3), (flags & WillRetainFlag) != 0);
        return null;
    }
}
