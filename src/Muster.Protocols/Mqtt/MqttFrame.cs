using System.Buffers;

namespace Muster.Protocols.Mqtt;

/// <summary>One control packet as it stands in the buffer.</summary>
/// <param name="Type">Type.</param>
/// <param name="Flags">Lower half of the first byte, valid for the type.</param>
/// <param name="Body">Everything after the remaining length.</param>
public readonly record struct MqttFrame(MqttPacketType Type, int Flags, ReadOnlySequence<byte> Body);
