using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Hosting;
using Muster.Api.Connections;
using Muster.Core.Networking;
using Muster.Protocols.Mqtt;

namespace Muster.DeviceApi.Mqtt;

/// <summary>MQTT over TLS: takes a connection after its handshake.</summary>
public sealed class MqttConnectionHandler : ConnectionHandler
{
    private readonly MqttDoor _door;
    private readonly IHostApplicationLifetime _lifetime;

    /// <summary>Makes the handler.</summary>
    public MqttConnectionHandler(MqttDoor door, IHostApplicationLifetime lifetime)
    {
        _door = door;
        _lifetime = lifetime;
    }

    /// <inheritdoc/>
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        var address = IpFilterRule.Text((connection.RemoteEndPoint as IPEndPoint)?.Address);
        var peer = new MqttPeer(MqttPeer.Tcp, address, ClientCertificates.Of(connection.Features))
        {
            LocalAddress = (connection.LocalEndPoint as IPEndPoint)?.Address.ToString() ?? "",
        };
        var end = await _door.ServeAsync(connection.Transport, peer, _lifetime.ApplicationStopping);

        // A client that is not there, or that reads nothing, gets no goodbye.
        if (end.Reason is MqttEndReason.ConnectTimeout or MqttEndReason.KeepAliveTimeout or MqttEndReason.TakenOver or MqttEndReason.TransportFailed)
            connection.Abort(new ConnectionAbortedException(end.Detail));
    }
}
