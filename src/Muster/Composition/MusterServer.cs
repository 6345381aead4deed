using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Muster.Certificates;
using Muster.CommandLine;
using Muster.Configuration;
using Muster.Core.Secrets;
using Muster.DataFolders;
using Muster.Health;
using Muster.Listeners;
using Muster.Metrics;
using Muster.Portal;
using Muster.Portal.SignIn;
using Muster.PortalDoor;
using Muster.Protocols.Sas;

namespace Muster.Composition;

/// <summary>One running server: data folder, certificates, doors, and the parts behind them. Disposing stops it in order.</summary>
public sealed class MusterServer : IAsyncDisposable
{
    /// <summary>How long requests in progress may take after the signal to stop.</summary>
    public static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(8);

    private readonly WebApplication _app;
    private readonly IReadOnlyList<IDisposable> _resources;

    private MusterServer(WebApplication app, IReadOnlyList<IDisposable> resources, EndpointsDocument endpoints, OpenDoors doors)
    {
        _app = app;
        _resources = resources;
        Endpoints = endpoints;
        PortalPort = doors.Portal.Port;
        CrlPort = doors.Crl?.Port;
        MetricsPort = doors.Metrics?.Port;
    }

    /// <summary>What the server announces, as it stands in <c>endpoints.json</c>.</summary>
    public EndpointsDocument Endpoints { get; }

    /// <summary>The real port of HTTPS.</summary>
    public int HttpsPort => Endpoints.HttpsPort;

    /// <summary>The real port of the portal.</summary>
    public int PortalPort { get; }

    /// <summary>The real port of the revocation list; null where the user's own certificate is used.</summary>
    public int? CrlPort { get; }

    /// <summary>The real port of metrics; null where none was chosen.</summary>
    public int? MetricsPort { get; }

    /// <summary>The services behind the doors.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>Starts a server. When this returns, every door answers and <c>endpoints.json</c> is written.</summary>
    /// <param name="options">Sound options.</param>
    /// <param name="parts">What stands behind the doors.</param>
    /// <param name="time">The clock.</param>
    /// <param name="output">Receives notices and the banner.</param>
    /// <param name="cancellationToken">Gives up the start.</param>
    /// <exception cref="CannotStartException">The message tells the user why and what to do.</exception>
    public static async Task<MusterServer> StartAsync(
        MusterOptions options, IServerParts parts, TimeProvider time, TextWriter output, CancellationToken cancellationToken)
    {
        var resources = new List<IDisposable>();
        WebApplication? app = null;
        try
        {
            var folder = DataFolder.Open(options.DataFolder);
            resources.Add(folder);
            var secretsKey = SecretsKeyFile.LoadOrCreate(options.SecretsKeyFile ?? folder.SecretsKeyFile);

            var notices = new List<string>();
            var doors = OpenDoors.Open(options, notices);
            resources.Add(doors);
            foreach (var notice in notices) await output.WriteLineAsync(notice);

            var own = doors.Crl is { } crl ? OpenCertificates(options, folder, crl.Port, time) : null;
            if (own is not null) resources.Add(own);
            var tls = new ServerTls((IServerCertificateSource?)own ?? new UserCertificate(options, time));
            var endpoint = HostName.WithPort(options.PublicName, doors.Https.Port, MusterOptions.DefaultHttpsPort);

            var builder = CreateBuilder(options, doors, parts, tls);
            var loggers = LoggerFactory.Create(logging => ConsoleLogging.Configure(logging, builder.Configuration));
            resources.Add(loggers);
            var context = new ServerContext(options, folder.Path, secretsKey, doors.Https.Port, endpoint, loggers);
            await ConfigureServicesAsync(builder.Services, parts, context, tls, time, cancellationToken);
            builder.Services.AddPortal(new PortalOptions(doors.Portal.Port)
            {
                IsExposed = options.IsPortalExposed,
                HostNames = options.Hosts,
                PublicHost = options.PortalUrl?.Host,
                OpenId = options.PortalSignIn,
            });
            builder.Services.AddSingleton<IPortalUserStore>(new PortalUserFile(Path.Combine(folder.Path, "portal-users.json")));
            app = builder.Build();

            var instance = await parts.OpenAsync(app.Services, cancellationToken);
            if (own is not null && instance is not null)
            {
                // Hubs made by an earlier start keep their names, and devices must find these in the certificate too.
                own.AddNames(instance.Hubs.Select(hub => hub.HostName).Concat(instance.ServiceHostNames));
                tls.Refresh();
            }

            // It listens from the start on, so that nothing is missed that happens before the first scrape.
            if (doors.Metrics is not null) app.Services.GetRequiredService<MetricsListener>();
            MapDoors(app, options, doors, parts, own, time);

            var endpoints = Describe(options, doors, context, instance, own, app.Services.GetRequiredService<PortalSessions>());
            using var root = own is null ? null : X509CertificateLoader.LoadCertificate(own.RootDer);
            Introduce(app.Services.GetRequiredService<PortalServer>(), endpoints, options, folder, own, root, tls);
            await app.StartAsync(cancellationToken);
            endpoints.Save(folder.EndpointsFile);
            app.Logger.Started(MusterCommand.Version, doors.Https.Port, OpenSslVersion.Text, folder.Path);
            await output.WriteAsync(StartBanner.Render(endpoints, folder.Path, root, MusterCommand.Version));
            await output.FlushAsync(cancellationToken);
            return new MusterServer(app, resources, endpoints, doors);
        }
        catch (Exception exception)
        {
            if (app is not null) await app.DisposeAsync();
            DisposeAll(resources);
            if (exception is IOException or UnauthorizedAccessException)
                throw new CannotStartException($"A file in the data folder {options.DataFolder} cannot be used: {exception.Message}", exception);
            throw;
        }
    }

    /// <summary>Waits for SIGTERM, SIGINT or <paramref name="cancellationToken"/>, then stops in order.</summary>
    public async Task WaitForStopAsync(CancellationToken cancellationToken)
    {
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var onSignal = _app.Lifetime.ApplicationStopping.Register(() => stopping.TrySetResult());
        using var onCancel = cancellationToken.Register(() => stopping.TrySetResult());
        await stopping.Task;
        _app.Logger.Stopping();
        await StopAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _app.DisposeAsync();
        DisposeAll(_resources);
    }

    private async Task StopAsync()
    {
        try
        {
            await _app.StopAsync(CancellationToken.None);
        }
        catch (OperationCanceledException)
        {
            _app.Logger.StopTimedOut(ShutdownTimeout.TotalSeconds);
        }
    }

    private static OwnCertificates OpenCertificates(MusterOptions options, DataFolder folder, int crlPort, TimeProvider time)
    {
        var names = options.Hosts.Concat(options.HubNames).Concat(["localhost", "127.0.0.1", "::1"])
            .Concat(options.PortalAddress is { } at && !at.Equals(IPAddress.Any) && !at.Equals(IPAddress.IPv6Any) ? [at.ToString()] : [])
            .Distinct(StringComparer.Ordinal).ToList();
        var crlHost = HostName.WithPort(options.PublicName, crlPort, MusterOptions.DefaultCrlPort);
        return new OwnCertificates(folder.Certificates, names, $"http://{crlHost}{RootEndpoints.RevocationListPath}", time);
    }

    private static WebApplicationBuilder CreateBuilder(MusterOptions options, OpenDoors doors, IServerParts parts, ServerTls tls)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "muster" });
        foreach (var file in options.ConfigurationFiles) builder.Configuration.AddJsonFile(file, optional: true, reloadOnChange: false);

        ConsoleLogging.Configure(builder.Logging, builder.Configuration);

        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.UseSockets(transport =>
        {
            var sockets = doors.All.SelectMany(door => door.Sockets).ToDictionary(socket => socket.LocalEndPoint!);
            transport.CreateBoundListenSocket = endpoint => sockets[endpoint];
        });
        builder.WebHost.ConfigureKestrel(kestrel => ConfigureKestrel(kestrel, options, doors, parts, tls));
        return builder;
    }

    private static void ConfigureKestrel(
        KestrelServerOptions kestrel, MusterOptions options, OpenDoors doors, IServerParts parts, ServerTls tls)
    {
        kestrel.AddServerHeader = false;
        foreach (var door in doors.All)
        {
            foreach (Socket socket in door.Sockets)
            {
                kestrel.Listen((IPEndPoint)socket.LocalEndPoint!, listen =>
                {
                    listen.Protocols = HttpProtocols.Http1;

                    // The settings are asked for per connection, so that a renewed certificate needs no restart.
                    if (door == doors.Https) UseTls(() => tls.Current);
                    else if (door == doors.Mqtt) parts.UseMqtt(listen, () => UseTls(() => tls.CurrentWithoutAlpn));
                    else if (door == doors.Portal && options.IsPortalExposed) UseTls(() => tls.CurrentForBrowsers);

                    void UseTls(Func<SslServerAuthenticationOptions> current) =>
                        listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(current()) });
                });
            }
        }
    }

    /// <summary>What every server has, then what the parts add.</summary>
    private static Task ConfigureServicesAsync(
        IServiceCollection services,
        IServerParts parts,
        ServerContext context,
        ServerTls tls,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        services.AddRouting();
        services.AddSingleton(time);
        services.AddSingleton(context.Options);
        services.AddSingleton(tls);
        services.AddHostedService<CertificateRenewal>();
        services.AddMetrics();
        services.AddSingleton<MetricsListener>();
        services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
        services.Configure<ConsoleLifetimeOptions>(console => console.SuppressStatusMessages = true);
        return parts.ConfigureServicesAsync(services, context, cancellationToken);
    }

    /// <summary>Gives every door its own endpoints: what is mapped behind one cannot be reached through another.</summary>
    private static void MapDoors(
        WebApplication app, MusterOptions options, OpenDoors doors, IServerParts parts, OwnCertificates? own, TimeProvider time)
    {
        // A web application lets sign-in handlers listen at every door by itself; only the portal's may.
        ((IApplicationBuilder)app).Properties["__AuthenticationMiddlewareSet"] = true;
        var checks = app.Services.GetServices<IReadinessCheck>().ToList();
        MapDoor(app, doors.Https.Port, endpoints =>
        {
            HealthEndpoints.Map(endpoints, checks, time);
            parts.MapHttps(endpoints);
        }, door =>
        {
            door.UseForwardedClients(options.TrustedProxies);
            parts.UseHttps(door);
        });
        MapDoor(app, doors.Portal.Port, endpoints =>
        {
            HealthEndpoints.Map(endpoints, checks, time);
            if (own is not null) RootEndpoints.MapRoot(endpoints, own);
            endpoints.MapPortal();
        }, door =>
        {
            door.UseForwardedPortal(options.TrustedProxies, options.PortalUrl);
            door.UsePortal(IsOpenPortalPath);
        }, branch => branch.UseAntiforgery());
        if (doors.Crl is { } crl && own is not null)
        {
            MapDoor(app, crl.Port, endpoints =>
            {
                RootEndpoints.MapRevocationList(endpoints, own);
                RootEndpoints.MapRoot(endpoints, own);
            });
        }

        if (doors.Metrics is { } metrics)
            MapDoor(app, metrics.Port, endpoints => MetricsEndpoints.Map(endpoints, app.Services.GetRequiredService<MetricsListener>()));
    }

    private static void MapDoor(
        WebApplication app,
        int port,
        Action<IEndpointRouteBuilder> map,
        Action<IApplicationBuilder>? use = null,
        Action<IApplicationBuilder>? useRouted = null)
    {
        app.MapWhen(context => context.Connection.LocalPort == port, branch =>
        {
            // A web application routes all branches by one table; without its mark the branch makes its own.
            branch.Properties.Remove("__GlobalEndpointRouteBuilder");
            use?.Invoke(branch);
            branch.UseRouting();
            useRouted?.Invoke(branch);
            branch.UseEndpoints(map);
        });
    }

    private static EndpointsDocument Describe(
        MusterOptions options, OpenDoors doors, ServerContext context, ServedInstance? instance, OwnCertificates? own, PortalSessions sessions)
        => new()
        {
            IdScope = instance?.IdScope,
            ServiceEndpoint = context.ServiceEndpoint,
            DeviceEndpoint = context.ServiceEndpoint,
            HttpsPort = doors.Https.Port,
            MqttPort = doors.Mqtt.Port,
            AmqpPort = options.AmqpPort,
            MetricsPort = doors.Metrics?.Port,
            Portal = $"{PortalOrigin(options, doors)}/?token={sessions.Token}",
            RootCertificate = own?.RootFile,
            ServiceConnectionString = instance?.ServiceConnectionString,
            Hubs = instance?.Hubs ?? [],
        };

    /// <summary>Where the portal is opened: an address that is not this machine's loopback is in the server certificate (portal 11).</summary>
    private static string PortalOrigin(MusterOptions options, OpenDoors doors) => options.PortalUrl is { } url
        ? url.AbsoluteUri.TrimEnd('/')
        : options.IsPortalExposed
        ? "https://" + HostName.WithPort(options.PublicName, doors.Portal.Port, MusterOptions.DefaultHttpsPort)
        : "http://" + HostName.WithPort(options.PortalAddress?.ToString() ?? "localhost", doors.Portal.Port, 80);

    /// <summary>What anyone who reaches it may read at the portal's door without signing in.</summary>
    private static bool IsOpenPortalPath(PathString path) =>
        path.Value is "/healthz" or "/readyz" or "/muster-root.pem" or "/muster-root.cer";

    private static void Introduce(
        PortalServer portal,
        EndpointsDocument endpoints,
        MusterOptions options,
        DataFolder folder,
        OwnCertificates? own,
        X509Certificate2? root,
        ServerTls tls)
    {
        portal.Version = MusterCommand.Version;
        portal.PublicName = options.PublicName;
        portal.ServiceEndpoint = endpoints.ServiceEndpoint;
        portal.DeviceEndpoint = endpoints.DeviceEndpoint;
        portal.HttpsPort = endpoints.HttpsPort;
        portal.MqttPort = endpoints.MqttPort;
        portal.AmqpPort = endpoints.AmqpPort;
        portal.TakesDirectoryTokens = options.Directory is not null;
        portal.DataFolder = folder.Path;
        portal.ProgramCommand = QuickStart.ProgramCommand;
        portal.SignToken = static (resource, policy, key, ends) =>
            new Secret(SasTokenBuilder.Create(resource, Convert.FromBase64String(key.Reveal()), ends, policy));
        portal.RootCertificateFile = own?.RootFile;
        portal.RootFingerprint = root is null ? null : StartBanner.Fingerprint(root);
        if (own is null) return;
        portal.AddHostName = name =>
        {
            own.AddNames([name]);
            tls.Refresh();
        };
    }

    private static void DisposeAll(IReadOnlyList<IDisposable> resources)
    {
        // The lock on the data folder was taken first and is released last.
        foreach (var resource in resources.Reverse()) resource.Dispose();
    }
}
