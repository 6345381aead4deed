using Microsoft.AspNetCore.Connections;

namespace Muster.Composition;

/// <summary>
/// What stands behind the doors. <see cref="MusterServer"/> calls the steps in this order, each once; the doors open after
/// the last.
/// </summary>
public interface IServerParts
{
    /// <summary>Opens the store and adds services: store, Core services, hub connectors, readiness checks.</summary>
    /// <exception cref="CannotStartException">The message tells the user why and what to do.</exception>
    Task ConfigureServicesAsync(IServiceCollection services, ServerContext context, CancellationToken cancellationToken);

    /// <summary>Makes the first instance and the embedded hubs where there are none yet, takes up unfinished work, and tells what is served.</summary>
    /// <returns>The default instance; null if none is served.</returns>
    ValueTask<ServedInstance?> OpenAsync(IServiceProvider services, CancellationToken cancellationToken);

    /// <summary>Puts on the listener of the MQTT door what stands before TLS, TLS by <paramref name="useTls"/>, and what stands behind it.</summary>
    void UseMqtt(IConnectionBuilder listener, Action useTls);

    /// <summary>Adds what every request of the HTTPS door passes before routing.</summary>
    void UseHttps(IApplicationBuilder door);

    /// <summary>Maps the endpoints of the HTTPS door: service API, device API, embedded hubs.</summary>
    void MapHttps(IEndpointRouteBuilder endpoints);
}
