using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.JSInterop;
using Muster.Composition;
using Muster.Portal;
using Muster.Portal.SignIn;

namespace Muster.Bench.Portal;

/// <summary>Renders a page of the portal as a circuit would, without a network and a browser.</summary>
internal static class PageRenderer
{
    /// <summary>The page's HTML once all that it asks for has come.</summary>
    public static async Task<string> RenderAsync<TPage>(MusterServer server, string path, Dictionary<string, object?> parameters)
        where TPage : IComponent
    {
        var browser = new FakeBrowser(path);
        await using var provider = Provider(server.Services, browser);
        await provider.GetRequiredService<PortalAccess>().OpenAsync();
        await using var renderer = new HtmlRenderer(provider, NullLoggerFactory.Instance);
        return await renderer.Dispatcher.InvokeAsync(async () =>
            (await renderer.RenderComponentAsync<TPage>(ParameterView.FromDictionary(parameters))).ToHtmlString());
    }

    // What the portal has for each circuit is made anew; what the server has once is taken from it.
    private static ServiceProvider Provider(IServiceProvider server, FakeBrowser browser)
    {
        var portal = new ServiceCollection();
        portal.AddPortal(server.GetRequiredService<PortalOptions>());
        var own = new ServiceCollection();
        own.AddLogging();
        own.AddSingleton<NavigationManager>(browser);
        own.AddSingleton<IJSRuntime>(browser);
        own.AddSingleton(FakeBrowser.Person(server.GetRequiredService<PortalSessions>()));
        var scoped = portal.Where(IsOfCircuit).ToList();
        foreach (var service in scoped) own.AddSingleton(service.ServiceType, service.ImplementationType!);
        foreach (var needed in scoped.SelectMany(service => service.ImplementationType!.GetConstructors().Single().GetParameters()))
        {
            if (own.All(service => service.ServiceType != needed.ParameterType) && server.GetService(needed.ParameterType) is { } single)
                own.AddSingleton(needed.ParameterType, single);
        }

        own.AddSupplyValueFromQueryProvider();
        return own.BuildServiceProvider();
    }

    private static bool IsOfCircuit(ServiceDescriptor service) =>
        service.Lifetime == ServiceLifetime.Scoped && service.ImplementationType is { } type
        && service.ServiceType == type && (type.Namespace?.StartsWith("Muster.Portal", StringComparison.Ordinal) ?? false);
}
