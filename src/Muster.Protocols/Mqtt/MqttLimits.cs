namespace Muster.Protocols.Mqtt;

/// <summary>What a session allows its client. Sizes are judged from the first bytes of a packet, before the rest is buffered.</summary>
public sealed record MqttLimits
{
    /// <summary>Largest CONNECT in bytes, fixed header excluded.</summary>
    public int MaxConnectBytes { get; init; } = 32 * 1024;

    /// <summary>Largest packet after CONNECT in bytes, fixed header excluded.</summary>
    public int MaxPacketBytes { get; init; } = 128 * 1024;

    /// <summary>Largest body of a PUBLISH in bytes.</summary>
    public int MaxPayloadBytes { get; init; } = 96 * 1024;

    /// <summary>Largest topic or filter in bytes.</summary>
    public int MaxTopicBytes { get; init; } = 2048;

    /// <summary>Most filters in one SUBSCRIBE or UNSUBSCRIBE.</summary>
    public int MaxFilters { get; init; } = 32;

    /// <summary>Most messages of QoS 1 that are remembered while the client has not acknowledged them; the oldest is forgotten first.</summary>
    public int MaxUnacknowledged { get; init; } = 64;

    /// <summary>How long a client may take from the start of the session until its CONNECT is whole.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a client may stay without a packet other than PINGREQ, whatever its keep-alive says.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(20);
}
