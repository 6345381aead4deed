namespace Muster.Protocols.Mqtt;

/// <summary>Control packet types of MQTT 3.1.1, the upper half of the first byte.</summary>
public enum MqttPacketType
{
    /// <summary>Client asks to connect.</summary>
    Connect = 1,

    /// <summary>Server answers a connect.</summary>
    ConnAck = 2,

    /// <summary>A message, either way.</summary>
    Publish = 3,

    /// <summary>Acknowledges a message of QoS 1.</summary>
    PubAck = 4,

    /// <summary>QoS 2, not supported.</summary>
    PubRec = 5,

    /// <summary>QoS 2, not supported.</summary>
    PubRel = 6,

    /// <summary>QoS 2, not supported.</summary>
    PubComp = 7,

    /// <summary>Client subscribes.</summary>
    Subscribe = 8,

    /// <summary>Server answers a subscribe.</summary>
    SubAck = 9,

    /// <summary>Client unsubscribes.</summary>
    Unsubscribe = 10,

    /// <summary>Server answers an unsubscribe.</summary>
    UnsubAck = 11,

    /// <summary>Client shows that it lives.</summary>
    PingReq = 12,

    /// <summary>Server answers a ping.</summary>
    PingResp = 13,

    /// <summary>Client ends the session.</summary>
    Disconnect = 14,
}
