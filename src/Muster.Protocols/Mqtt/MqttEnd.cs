namespace Muster.Protocols.Mqtt;

/// <summary>How a session ended.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Detail">A sentence for a technician. No secrets.</param>
public sealed record MqttEnd(MqttEndReason Reason, string Detail)
{
    /// <summary>What was thrown, for <see cref="MqttEndReason.ServerFault"/> and <see cref="MqttEndReason.TransportFailed"/>.</summary>
    public Exception? Exception { get; init; }

    /// <summary>Whether the client is to blame: it sent what MQTT or the application forbids.</summary>
    public bool IsViolation => Reason is MqttEndReason.MalformedPacket or MqttEndReason.PacketTooLarge or MqttEndReason.ProtocolViolation
        or MqttEndReason.UnsupportedQos or MqttEndReason.MessageRefused;
}
