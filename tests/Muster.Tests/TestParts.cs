using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Muster.Composition;

namespace Muster.Tests;

internal sealed class TestParts : IServerParts
{
    public ServedInstance? Instance { get; init; }

    public Action<IServiceCollection> Services { get; init; } = _ => { };

    public Action<IEndpointRouteBuilder> Endpoints { get; init; } = _ => { };

    public ServerContext? Context { get; private set; }

    public Task ConfigureServicesAsync(IServiceCollection services, ServerContext context, CancellationToken cancellationToken)
    {
        Context = context;
        Services(services);
        return Task.CompletedTask;
    }

    public ValueTask<ServedInstance?> OpenAsync(IServiceProvider services, CancellationToken cancellationToken) => new(Instance);

    public void UseMqtt(IConnectionBuilder listener, Action useTls) => useTls();

    public void UseHttps(IApplicationBuilder door)
    {
    }

    public void MapHttps(IEndpointRouteBuilder endpoints) => Endpoints(endpoints);
}
