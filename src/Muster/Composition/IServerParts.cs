namespace Muster.Composition;

/// <summary>
/// What stands behind the doors. <see cref="MusterServer"/> calls the three steps in this order, each once; the doors open after
/// the last.
/// </summary>
public interface IServerParts
{
    /// <summary>Adds services: store, Core services, hub connectors, readiness checks.</summary>
    void ConfigureServices(IServiceCollection services, ServerContext context);

    /// <summary>Opens the store, makes the first instance if there is none, and tells what is served.</summary>
    /// <returns>The default instance; null if none is served.</returns>
    ValueTask<ServedInstance?> OpenAsync(IServiceProvider services, CancellationToken cancellationToken);

    /// <summary>Maps the endpoints of the HTTPS door: service API, device API, embedded hubs.</summary>
    void MapHttps(IEndpointRouteBuilder endpoints);
}
