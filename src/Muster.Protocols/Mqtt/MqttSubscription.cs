namespace Muster.Protocols.Mqtt;

/// <summary>One entry of a SUBSCRIBE.</summary>
/// <param name="Filter">Topic filter with its wildcards in valid places.</param>
/// <param name="Qos">The quality of service asked for.</param>
public readonly record struct MqttSubscription(string Filter, MqttQos Qos);
