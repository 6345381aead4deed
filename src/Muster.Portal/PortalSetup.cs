using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Muster.Portal.Activity;
using Muster.Portal.Assets;
using Muster.Portal.Certificates;
using Muster.Portal.Enrollments;
using Muster.Portal.Frame;
using Muster.Portal.Hubs;
using Muster.Portal.Instances;
using Muster.Portal.Jobs;
using Muster.Portal.Quotas;
using Muster.Portal.Registrations;
using Muster.Portal.SignIn;
using Radzen;

namespace Muster.Portal;

/// <summary>Puts the portal behind a door. The host adds the Core services, an <see cref="IPortalUserStore"/> and an <see cref="IHubCatalog"/>.</summary>
public static class PortalSetup
{
    /// <summary>Adds the portal's services.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="options">The door.</param>
    public static void AddPortal(this IServiceCollection services, PortalOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<PortalServer>();
        services.AddSingleton<PortalSessions>();
        services.AddSingleton<PortalAccounts>();
        services.AddSingleton<SessionCookie>();
        services.AddSingleton<SignInEndpoints>();
        if (options.OpenId is not null) AddDirectory(services);
        services.AddScoped<PortalAccess>();
        services.AddScoped<PageCircuit>();
        services.AddScoped<CircuitHandler>(provider => provider.GetRequiredService<PageCircuit>());
        services.AddScoped<Failures>();
        services.AddSingleton<NoticeBook>();
        services.AddScoped<Notices>();
        services.AddScoped<ViewerClock>();
        services.AddScoped<PageAddress>();
        services.AddScoped<EnrollmentDesk>();
        services.AddScoped<RegistrationDesk>();
        services.AddScoped<InstanceDesk>();
        services.AddScoped<NetworkDesk>();
        services.AddSingleton<NetworkRollbacks>();
        services.AddScoped<HubDesk>();
        services.AddScoped<LeftBehindDesk>();
        services.AddScoped<CaDesk>();
        services.AddScoped<QuotaDesk>();
        services.AddScoped<ActivityDesk>();
        services.AddScoped<AttentionDesk>();
        services.AddSingleton<JobBoard>();
        services.AddHostedService(provider => provider.GetRequiredService<JobBoard>());
        services.AddScoped<JobDesk>();
        services.AddScoped<JobStarter>();

        // Sessions end with the process, so what protects them may end with it too: nothing is left on disk.
        services.AddDataProtection().UseEphemeralDataProtectionProvider();
        services.AddAntiforgery(antiforgery =>
        {
            antiforgery.Cookie.Name = $"muster-form-{options.Port}";
            antiforgery.Cookie.SameSite = SameSiteMode.Strict;
            antiforgery.Cookie.SecurePolicy = options.IsExposed ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
        });
        services.AddRadzenComponents();
        services.AddRazorComponents().AddInteractiveServerComponents(circuits =>
        {
            circuits.DisconnectedCircuitMaxRetained = 200;
            circuits.DisconnectedCircuitRetentionPeriod = TimeSpan.FromMinutes(10);
        });
        services.AddSignalR(hub => hub.MaximumReceiveMessageSize = 256 * 1024);

        // Every answer forbids caches already, which the forms' guard would tell at each page.
        services.AddLogging(logging => logging.AddFilter("Microsoft.AspNetCore.Antiforgery", LogLevel.Error));
    }

    private static void AddDirectory(IServiceCollection services)
    {
        services.AddSingleton<OpenIdSignIn>();
        services.AddSingleton<IConfigureOptions<OpenIdConnectOptions>>(provider => provider.GetRequiredService<OpenIdSignIn>());
        services.AddAuthentication().AddOpenIdConnect(OpenIdSignIn.Scheme, _ => { });
    }

    /// <summary>Adds what every request of the portal's door passes before routing.</summary>
    /// <param name="door">The door's branch.</param>
    /// <param name="isOpen">Paths of the host's own that anyone may see, such as health checks.</param>
    public static void UsePortal(this IApplicationBuilder door, Func<PathString, bool> isOpen)
    {
        var gate = door.ApplicationServices.GetRequiredService<SignInEndpoints>();
        door.Use(gate.GuardAsync);
        door.Use((HttpContext context, RequestDelegate next) => gate.AuthenticateAsync(context, isOpen, next));
    }

    /// <summary>Adds the portal's endpoints. Between routing and these endpoints stands <c>UseAntiforgery</c>.</summary>
    public static void MapPortal(this IEndpointRouteBuilder endpoints)
    {
        PortalAssets.Map(endpoints);
        endpoints.ServiceProvider.GetRequiredService<SignInEndpoints>().Map(endpoints);
        endpoints.ServiceProvider.GetService<OpenIdSignIn>()?.Map(endpoints);
        endpoints.MapRazorComponents<App>().AddInteractiveServerRenderMode(circuit => circuit.ContentSecurityFrameAncestorsPolicy = null);
    }
}
