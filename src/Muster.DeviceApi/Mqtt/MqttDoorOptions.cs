using Muster.Protocols.Mqtt;

namespace Muster.DeviceApi.Mqtt;

/// <summary>Limits of the MQTT door, over TCP and WebSockets together.</summary>
public sealed record MqttDoorOptions
{
    /// <summary>What one session may do (device-protocols 3.1, 3.6).</summary>
    public MqttLimits Limits { get; init; } = new();

    /// <summary>How long a device may stay after a final answer without asking for anything (device-protocols 3.6).</summary>
    public TimeSpan IdleAfterFinalAnswer { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Most open connections.</summary>
    public int MaxConnections { get; init; } = 100_000;

    /// <summary>Most open connections of one IPv4 address or one IPv6 network of 64 bits. Many devices may share a router's address.</summary>
    public int MaxConnectionsPerAddress { get; init; } = 20_000;

    /// <summary>Requests of one connection that are served beside each other; further ones wait.</summary>
    public int MaxPendingRequests { get; init; } = 8;
}
