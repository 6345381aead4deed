namespace Muster.Protocols.Mqtt;

/// <summary>Why a session ended.</summary>
public enum MqttEndReason
{
    /// <summary>The client sent DISCONNECT.</summary>
    ClientDisconnected,

    /// <summary>The client closed the connection without DISCONNECT.</summary>
    ClientClosed,

    /// <summary>The connection broke.</summary>
    TransportFailed,

    /// <summary>CONNECT did not arrive in time.</summary>
    ConnectTimeout,

    /// <summary>Nothing arrived for one and a half times the keep-alive.</summary>
    KeepAliveTimeout,

    /// <summary>The client asked for nothing for too long.</summary>
    IdleTimeout,

    /// <summary>Bytes that are no valid packet.</summary>
    MalformedPacket,

    /// <summary>A packet or a body over the limit.</summary>
    PacketTooLarge,

    /// <summary>A valid packet at the wrong time, or one that only a server sends.</summary>
    ProtocolViolation,

    /// <summary>A PUBLISH of QoS 2.</summary>
    UnsupportedQos,

    /// <summary>CONNECT was answered with a return code other than 0.</summary>
    ConnectRefused,

    /// <summary>The application does not accept this message.</summary>
    MessageRefused,

    /// <summary>A newer connection of the same client took over.</summary>
    TakenOver,

    /// <summary>The client's network may no longer reach the server: the rules changed while the connection was open.</summary>
    NetworkRefused,

    /// <summary>The server stops.</summary>
    ServerStopping,

    /// <summary>A bug or a broken engine behind the session.</summary>
    ServerFault,
}
