namespace Muster.Protocols.Mqtt;

/// <summary>Quality of service.</summary>
public enum MqttQos
{
    /// <summary>QoS 0.</summary>
    AtMostOnce = 0,

    /// <summary>QoS 1.</summary>
    AtLeastOnce = 1,

    /// <summary>QoS 2; it can be asked for, but is never granted.</summary>
    ExactlyOnce = 2,
}
