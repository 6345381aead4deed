namespace Muster.Protocols.Mqtt;

/// <summary>Return codes of CONNACK.</summary>
public enum MqttConnectCode
{
    /// <summary>Connected.</summary>
    Accepted = 0,

    /// <summary>The server does not speak that version of MQTT.</summary>
    UnacceptableProtocolVersion = 1,

    /// <summary>The client ID is not allowed.</summary>
    IdentifierRejected = 2,

    /// <summary>The server cannot serve now.</summary>
    ServerUnavailable = 3,

    /// <summary>User name or password are malformed.</summary>
    BadUserNameOrPassword = 4,

    /// <summary>The client may not connect.</summary>
    NotAuthorized = 5,
}
