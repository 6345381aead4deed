using Muster.Core.Attestation;

namespace Muster.DeviceApi.Mqtt;

/// <summary>The other side of a connection.</summary>
/// <param name="Protocol"><see cref="Tcp"/> or <see cref="WebSocket"/>; stands in traces.</param>
/// <param name="RemoteAddress">Source address; may be empty.</param>
/// <param name="Certificates">What the TLS handshake proved, or null without a client certificate.</param>
public sealed record MqttPeer(string Protocol, string RemoteAddress, X509Evidence? Certificates)
{
    /// <summary>The address of this machine that the connection arrived at; may be empty.</summary>
    public string LocalAddress { get; init; } = "";

    /// <summary>MQTT over TLS.</summary>
    public const string Tcp = "Mqtt";

    /// <summary>MQTT over a WebSocket.</summary>
    public const string WebSocket = "MqttWs";
}
