using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Muster.Api.Connections;
using Muster.Api.Errors;
using Muster.Core.Errors;
using Muster.Core.Networking;
using Muster.Protocols.Mqtt;
using Muster.Protocols.WebSockets;

namespace Muster.DeviceApi.Mqtt;

/// <summary>MQTT over WebSockets on the HTTPS door (device-protocols 3.7). The subprotocol decides; other upgrades pass on.</summary>
public static class MqttWebSockets
{
    private const string SubProtocol = "mqtt";

    /// <summary>Request targets that clients use; compared without case.</summary>
    private static readonly HashSet<string> Paths = new(["/", "/mqtt", "/$iothub/websocket"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Adds the middleware; <c>UseWebSockets</c> and request tracking stand before it.</summary>
    public static IApplicationBuilder UseMqttWebSockets(this IApplicationBuilder app)
    {
        var services = app.ApplicationServices;
        var stopping = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        var door = services.GetRequiredService<MqttDoor>();
        var gate = services.GetRequiredService<MqttConnectionGate>();
        return app.Use((context, next) =>
            Offered(context) is { } subProtocol ? ServeAsync(context, subProtocol, door, gate, stopping) : next(context));
    }

    /// <summary>The subprotocol as the client spelled it, because it must be echoed that way; null when this is no upgrade to MQTT.</summary>
    private static string? Offered(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest || !Paths.Contains(context.Request.Path.Value ?? "/")) return null;
        return context.WebSockets.WebSocketRequestedProtocols.FirstOrDefault(
            offered => offered.Equals(SubProtocol, StringComparison.OrdinalIgnoreCase));
    }

    private static async Task ServeAsync(
        HttpContext context, string subProtocol, MqttDoor door, MqttConnectionGate gate, CancellationToken stopping)
    {
        var address = context.Connection.RemoteIpAddress;
        if (gate.Enter(address) is { } problem)
        {
            door.Metrics.Refused("connection limit");
            MqttLog.LimitReached(door.Logger, IpFilterRule.Text(address), problem);
            await ErrorResponse.WriteAsync(context, Refusals.Unavailable);
            return;
        }

        try
        {
            // MQTT has its own keep-alive, and no extension is negotiated.
            using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
            {
                SubProtocol = subProtocol,
                KeepAliveInterval = Timeout.InfiniteTimeSpan,
            });
            var peer = new MqttPeer(MqttPeer.WebSocket, IpFilterRule.Text(address), ClientCertificates.Of(context.Features))
            {
                LocalAddress = context.Connection.LocalIpAddress?.ToString() ?? "",
            };
            await using var pipe = new WebSocketPipe(socket, door.Clock);
            var end = await door.ServeAsync(pipe, peer, stopping);
            await pipe.CloseAsync(StatusOf(end), IsGraceful(end.Reason));
        }
        finally
        {
            gate.Leave(address);
        }
    }

    private static bool IsGraceful(MqttEndReason reason) => reason is not (MqttEndReason.ConnectTimeout or MqttEndReason.KeepAliveTimeout
        or MqttEndReason.TakenOver or MqttEndReason.TransportFailed);

    private static WebSocketCloseStatus StatusOf(MqttEnd end) => end.Reason switch
    {
        MqttEndReason.ServerStopping => WebSocketCloseStatus.EndpointUnavailable,
        MqttEndReason.ServerFault => WebSocketCloseStatus.InternalServerError,
        MqttEndReason.NetworkRefused => WebSocketCloseStatus.PolicyViolation,
        MqttEndReason.PacketTooLarge => WebSocketCloseStatus.MessageTooBig,
        _ when end.IsViolation => WebSocketCloseStatus.PolicyViolation,
        _ => WebSocketCloseStatus.NormalClosure,
    };
}
