using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Muster.Core.Networking;
using Muster.Protocols.Mqtt;

namespace Muster.DeviceApi.Mqtt;

/// <summary>Puts the MQTT door on a listener.</summary>
public static class MqttListener
{
    /// <summary>Adds the services of the door, for both of its transports.</summary>
    public static IServiceCollection AddMqttDoor(this IServiceCollection services, MqttDoorOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<MqttSessionRegistry>();
        services.AddSingleton<MqttMetrics>();
        services.AddSingleton<MqttConnectionGate>();
        services.AddSingleton<MqttDoor>();
        return services;
    }

    /// <summary>Counts connections; stands before TLS, so that one too many costs no handshake.</summary>
    public static void UseMqttGate(this IConnectionBuilder listener)
    {
        var gate = listener.ApplicationServices.GetRequiredService<MqttConnectionGate>();
        var metrics = listener.ApplicationServices.GetRequiredService<MqttMetrics>();
        var logger = listener.ApplicationServices.GetRequiredService<ILogger<MqttDoor>>();
        listener.Use(next => async connection =>
        {
            var address = (connection.RemoteEndPoint as IPEndPoint)?.Address;
            if (gate.Enter(address) is { } problem)
            {
                metrics.Refused("connection limit");
                MqttLog.LimitReached(logger, IpFilterRule.Text(address), problem);
                connection.Abort();
                return;
            }

            try
            {
                await next(connection);
            }
            finally
            {
                gate.Leave(address);
            }
        });
    }

    /// <summary>Serves MQTT; stands after TLS.</summary>
    public static void UseMqttDoor(this IConnectionBuilder listener) => listener.UseConnectionHandler<MqttConnectionHandler>();
}
