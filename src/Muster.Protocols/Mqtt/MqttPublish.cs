using System.Buffers;

namespace Muster.Protocols.Mqtt;

/// <summary>A PUBLISH packet.</summary>
/// <param name="Topic">Topic, free of wildcards.</param>
/// <param name="Payload">Body; valid until the handler's task ends.</param>
/// <param name="Qos">QoS 0 or 1.</param>
/// <param name="PacketId">Packet ID; 0 for QoS 0.</param>
/// <param name="IsDuplicate">Whether the client sent it before.</param>
/// <param name="Retain">The retain flag.</param>
public readonly record struct MqttPublish(
    string Topic, ReadOnlySequence<byte> Payload, MqttQos Qos, ushort PacketId, bool IsDuplicate, bool Retain);
