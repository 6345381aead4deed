using System.Net;
using System.Reflection;
using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Playwright;
using Muster.CommandLine;
using Muster.Composition;
using Muster.Configuration;
using Muster.Core.Allocation;
using Muster.Core.Networking;
using Muster.Portal.SignIn;

namespace Muster.Portal.Tests;

/// <summary>One server and one browser for all tests; each test works on names of its own.</summary>
public sealed class PortalFixture : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("muster-portal-").FullName;
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private MusterServer? _server;
    private string _administratorState = "";

    public MusterServer Server => _server!;

    public string Base => new Uri(Server.Endpoints.Portal).GetLeftPart(UriPartial.Authority);

    public async ValueTask InitializeAsync()
    {
        var options = new MusterOptions
        {
            DataFolder = Path.Combine(_folder, "data"),
            Hubs = ["hub-a.localhost", "hub-b.localhost"],
            PrivateEndpoints = [new PrivateListener("plant-a", IPAddress.Parse("127.0.0.8")), new PrivateListener("plant-b", IPAddress.Parse("127.0.0.9"))],
            HttpsPort = 0,
            MqttPort = 0,
            AmqpPort = 0,
            PortalPort = 0,
            CrlPort = 0,
            Webhooks = new WebhookOptions { AllowsHttp = true, AllowsOwnAddresses = true },
        };
        _server = await MusterServer.StartAsync(options, new ProvisioningParts(), TimeProvider.System, TextWriter.Null, CancellationToken.None);
        _server.Services.GetRequiredService<PortalServer>().ProgramCommand = "muster";
        _playwright = await Playwright.CreateAsync();

        // A busy machine answers late; that is no finding of these tests.
        Assertions.SetDefaultExpectTimeout(30_000);
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = "/usr/bin/chromium",
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
        await using var first = await _browser.NewContextAsync();
        var page = await first.NewPageAsync();
        await page.GotoAsync(Server.Endpoints.Portal);
        _administratorState = await first.StorageStateAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
        if (_server is not null) await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>A page of the first administrator, or of nobody.</summary>
    public async Task<IPage> OpenAsync(string path, bool signedIn = true, ColorScheme theme = ColorScheme.Light, int width = 1280)
    {
        var context = await _browser!.NewContextAsync(new()
        {
            StorageState = signedIn ? _administratorState : null,
            ColorScheme = theme,
            ViewportSize = new() { Width = width, Height = 900 },
        });
        context.SetDefaultTimeout(60_000);
        var page = await context.NewPageAsync();
        await GoAsync(page, path);
        return page;
    }

    /// <summary>A page of a person of one's own, so that others keep their session; of this server or of another.</summary>
    public async Task<IPage> OpenAsAsync(MusterServer server, string name, string path, PortalRole role = PortalRole.Administrator, int width = 1280)
    {
        var secret = server.Services.GetRequiredService<PortalSessions>().Open(name, role);
        var page = await OpenAsync("/", signedIn: false, width: width);
        await page.Context.AddCookiesAsync([new() { Name = $"muster-session-{server.PortalPort}", Value = secret, Url = $"http://localhost:{server.PortalPort}/" }]);
        await page.GotoAsync($"http://localhost:{server.PortalPort}{path}");
        await page.Locator("body[data-ready=true]").WaitForAsync();
        return page;
    }

    /// <summary>A page of nobody that takes any server certificate.</summary>
    public async Task<IPage> NewPageAsync()
    {
        var context = await _browser!.NewContextAsync(new() { IgnoreHTTPSErrors = true, ViewportSize = new() { Width = 1280, Height = 900 } });
        context.SetDefaultTimeout(60_000);
        return await context.NewPageAsync();
    }

    public async Task GoAsync(IPage page, string path)
    {
        await page.GotoAsync(Base + path);
        if (!page.Url.Contains("/signin", StringComparison.Ordinal)) await page.Locator("body[data-ready=true]").WaitForAsync();
    }

    /// <summary>Lets a device with a symmetric key register through the command line, over HTTPS.</summary>
    public async Task<(int Exit, string Output)> RegisterAsync(string id, string key, bool isGroupKey = false)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exit = await MusterCommand.RunAsync(
            ["device", "register", "--data", Path.Combine(_folder, "data"), "--id", id, isGroupKey ? "--group-key" : "--key", key], output, error);
        return (exit, output.ToString() + error);
    }

    /// <summary>What a service behind the pages sees of a person: a session of its own, at this machine's own address.</summary>
    public async Task<PortalAccess> AccessAsync(PortalRole role)
    {
        var sessions = Server.Services.GetRequiredService<PortalSessions>();
        var session = sessions.Find(sessions.Open($"test {role}", role))!;
        var identity = new ClaimsIdentity([new Claim(PortalAccess.SessionClaim, session.Id), new Claim(PortalAccess.AddressClaim, "127.0.0.1")], "test");
        var access = new PortalAccess(sessions, new FixedState(new ClaimsPrincipal(identity)), NullLogger<PortalAccess>.Instance);
        await access.OpenAsync();
        return access;
    }

    public static async Task<string> AxeAsync() => await File.ReadAllTextAsync(
        typeof(PortalFixture).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(data => data.Key == "AxeScript").Value!);

    private sealed class FixedState(ClaimsPrincipal user) : AuthenticationStateProvider
    {
        public override Task<AuthenticationState> GetAuthenticationStateAsync() => Task.FromResult(new AuthenticationState(user));
    }
}
