namespace Muster.Composition;

/// <summary>The parts of the product. This is the only place that knows all of them.</summary>
public sealed class ProvisioningParts : IServerParts
{
    /// <inheritdoc/>
    public void ConfigureServices(IServiceCollection services, ServerContext context)
    {
        // Store, Core services and hub connectors are added here.
    }

    /// <inheritdoc/>
    public ValueTask<ServedInstance?> OpenAsync(IServiceProvider services, CancellationToken cancellationToken) =>
        ValueTask.FromResult<ServedInstance?>(null);

    /// <inheritdoc/>
    public void MapHttps(IEndpointRouteBuilder endpoints)
    {
        // Service API, device API and embedded hubs are mapped here.
    }
}
