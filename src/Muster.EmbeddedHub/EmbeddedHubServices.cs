using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Muster.EmbeddedHub.Bulk;
using Muster.EmbeddedHub.Hubs;
using Muster.EmbeddedHub.Identities;
using Muster.EmbeddedHub.Twins;

namespace Muster.EmbeddedHub;

/// <summary>Registers the embedded hub.</summary>
public static class EmbeddedHubServices
{
    /// <summary>
    /// Adds <see cref="EmbeddedHubDirectory"/>, <see cref="DeviceRegistry"/>, <see cref="ModuleRegistry"/>, <see cref="TwinService"/> and <see cref="BulkRegistry"/> as
    /// singletons. The caller adds an <see cref="Storage.IEmbeddedHubStore"/> and runs
    /// <see cref="EmbeddedHubDirectory.EnsureCreatedAsync"/> before serving.
    /// </summary>
    public static IServiceCollection AddEmbeddedHub(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<EmbeddedHubDirectory>();
        services.TryAddSingleton<DeviceRegistry>();
        services.TryAddSingleton<ModuleRegistry>();
        services.TryAddSingleton<TwinService>();
        services.TryAddSingleton<BulkRegistry>();
        return services;
    }
}
