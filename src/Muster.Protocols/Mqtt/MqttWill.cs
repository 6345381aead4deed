namespace Muster.Protocols.Mqtt;

/// <summary>The message a client wants to be published when it goes without DISCONNECT.</summary>
/// <param name="Topic">Topic.</param>
/// <param name="Payload">Body.</param>
/// <param name="Qos">Quality of service.</param>
/// <param name="Retain">Whether the message is to be retained.</param>
public sealed record MqttWill(string Topic, ReadOnlyMemory<byte> Payload, MqttQos Qos, bool Retain);
