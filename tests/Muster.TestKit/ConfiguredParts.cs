using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Muster.Composition;

namespace Muster.TestKit;

/// <summary>The product's parts, with services that a test replaces.</summary>
internal sealed class ConfiguredParts(IServerParts parts, Action<IServiceCollection>? configure) : IServerParts
{
    public async Task ConfigureServicesAsync(IServiceCollection services, ServerContext context, CancellationToken cancellationToken)
    {
        await parts.ConfigureServicesAsync(services, context, cancellationToken);
        configure?.Invoke(services);
    }

    public ValueTask<ServedInstance?> OpenAsync(IServiceProvider services, CancellationToken cancellationToken) =>
        parts.OpenAsync(services, cancellationToken);

    public void UseMqtt(IConnectionBuilder listener, Action useTls) => parts.UseMqtt(listener, useTls);

    public void UseHttps(IApplicationBuilder door) => parts.UseHttps(door);

    public void MapHttps(IEndpointRouteBuilder endpoints) => parts.MapHttps(endpoints);
}
