using System.Collections.Concurrent;
using System.Net;
using Microsoft.Playwright;
using Muster.Composition;
using Muster.Configuration;
using Muster.Core.Networking;
using Muster.Core.Secrets;
using Muster.Portal.SignIn;
using static Microsoft.Playwright.Assertions;

namespace Muster.Portal.Tests;

/// <summary>The portal behind a reverse proxy that ends TLS and gives it a path prefix (portal 11, behaviour B-14.8).</summary>
[Collection(PortalCollection.Name)]
public sealed class ProxyTests(PortalFixture portal) : IDisposable
{
    // What nginx is told to send, and whether it takes the prefix off; without headers the portal's public address says the rest.
    private static readonly Dictionary<string, (bool Strips, bool HasUrl, string Headers)> Ways = new(StringComparer.Ordinal)
    {
        ["takes the prefix off and says everything"] = (true, false,
            "proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Forwarded-Host $http_host; "
            + $"proxy_set_header X-Forwarded-Prefix {NginxProxy.Prefix};"),
        ["takes the prefix off and says nothing"] = (true, true, ""),
        ["leaves the prefix on"] = (false, true, "proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Proto $scheme;"),
    };

    private static readonly string[] Paths =
    [
        "/", "/create", "/users", "/i/default/overview", "/i/default/quickstart", "/i/default/enrollments", "/i/default/enrollments/groups/new",
        "/i/default/enrollments/groups/prefixed?tab=Code", "/i/default/policies", "/i/default/hubs", "/i/default/networking", "/i/default/quotas",
        "/i/default/refusals", "/i/default/registrations", "/i/default/jobs", "/walkthroughs",
    ];

    private readonly List<string> _folders = [];

    public static TheoryData<string> AllWays => [.. Ways.Keys];

    public void Dispose() => _folders.ForEach(folder => Directory.Delete(folder, recursive: true));

    [Theory]
    [MemberData(nameof(AllWays))]
    public async Task Everything_works_below_a_prefix_behind_a_proxy_that(string way)
    {
        var (strips, hasUrl, headers) = Ways[way];
        var port = NginxProxy.FreePort();
        await using var server = await StartAsync(hasUrl ? port : null);
        await using var proxy = await NginxProxy.StartAsync(port, server.PortalPort, strips, headers);
        var home = NginxProxy.Origin(port) + NginxProxy.Prefix;
        if (hasUrl) Assert.StartsWith(home + "/?token=", server.Endpoints.Portal, StringComparison.Ordinal);

        var page = await portal.NewPageAsync();
        var problems = new ConcurrentQueue<string>();
        page.Console += (_, message) => { if (message.Type == "error") problems.Enqueue("console: " + message.Text); };
        page.Response += (_, response) => { if (response.Status >= 400) problems.Enqueue($"{response.Status} {response.Url}"); };
        page.Request += (_, request) =>
        {
            if (request.Url.StartsWith("http", StringComparison.Ordinal) && !request.Url.StartsWith(home + "/", StringComparison.Ordinal)) problems.Enqueue("left: " + request.Url);
        };
        page.WebSocket += (_, socket) =>
        {
            if (!socket.Url.StartsWith($"wss://{NginxProxy.Host}:{port}{NginxProxy.Prefix}/", StringComparison.Ordinal)) problems.Enqueue("left: " + socket.Url);
        };

        await page.GotoAsync(home + "/" + new Uri(server.Endpoints.Portal).Query);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "All resources" })).ToBeVisibleAsync();
        Assert.Equal(home + "/", page.Url);
        await page.FollowAsync("default");
        await page.FollowAsync("Manage enrollments");
        await page.GetByTestId("add-group").ClickAsync();
        await page.Radio("Symmetric key").CheckAsync();
        await page.GetByLabel("Group name").FillAsync("prefixed");
        await page.Button("Review + create").First.ClickAsync();
        await page.Button("Create").ClickAsync();
        await page.GetByText("Its devices can register now").WaitForAsync();

        foreach (var path in Paths)
        {
            await page.GotoAsync(home + path);
            await page.Locator("body[data-ready=true]").WaitForAsync();
            await page.GetByRole(AriaRole.Heading, new() { Level = 1 }).WaitForAsync();
            await page.EvaluateAsync("() => document.fonts.ready.then(() => true)");
            var outside = await page.EvaluateAsync<string[]>(
                "home => [...document.querySelectorAll('a[href], link[href], img[src], script[src], form[action]')].map(e => e.href || e.src || e.action)"
                + ".filter(url => url.startsWith(location.origin) && !url.startsWith(home))", home + "/");
            Assert.True(outside.Length == 0, $"{path}: {string.Join(", ", outside)}");
        }

        // The client's address is what the proxy says it is.
        await page.GotoAsync(home + "/i/default/networking");
        await page.GetByLabel("Disabled").CheckAsync();
        await page.Button("Save").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync($"Your address is {NginxProxy.Client}.");
        await page.Button("Cancel").ClickAsync();
        await page.Button("Undo").ClickAsync();

        var cookies = (await page.Context.CookiesAsync()).Where(cookie => cookie.Name.StartsWith("muster", StringComparison.Ordinal)).ToList();
        Assert.Contains(cookies, cookie => cookie.Name.StartsWith("muster-session", StringComparison.Ordinal));
        Assert.All(cookies, cookie => Assert.Equal((NginxProxy.Prefix, true), (cookie.Path, cookie.Secure)));

        await page.EvaluateAsync("() => document.getElementById('signout').requestSubmit()");
        await Expect(page.GetByLabel("User name")).ToBeVisibleAsync();
        Assert.Equal(home + "/signin", page.Url);
        await page.GotoAsync(home + "/i/default/overview");
        Assert.Equal(home + "/signin", page.Url);
        Assert.Empty(problems);
    }

    [Theory]
    [MemberData(nameof(AllWays))]
    public async Task A_directory_sends_the_browser_back_to_the_public_address_behind_a_proxy_that(string way)
    {
        var (strips, hasUrl, headers) = Ways[way];
        await using var issuer = await OpenIdIssuer.StartAsync();
        issuer.Claims["groups"] = new[] { "portal-admins" };
        var port = NginxProxy.FreePort();
        await using var server = await StartAsync(hasUrl ? port : null, issuer.Address);
        await using var proxy = await NginxProxy.StartAsync(port, server.PortalPort, strips, headers);
        var home = NginxProxy.Origin(port) + NginxProxy.Prefix;

        var page = await portal.NewPageAsync();
        await page.GotoAsync(home + "/");
        await page.Link("Sign in with Example Works").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "All resources" })).ToBeVisibleAsync();
        await page.WaitForURLAsync(home + "/");
        Assert.Equal(home + "/signin/directory/return", Assert.Single(issuer.Requests)["redirect_uri"]);
    }

    [Theory]
    [InlineData("https://ops.example.org/muster", false)]
    [InlineData(null, false)]
    [InlineData(null, true)]
    public async Task Nobody_but_a_trusted_proxy_is_believed(string? url, bool trustsAnother)
    {
        await using var server = await StartAsync(options => options with
        {
            PortalUrl = url is null ? null : new Uri(url),
            TrustedProxies = trustsAnother ? [IPNetwork.Parse("192.0.2.0/24")] : [],
        });
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{server.PortalPort}") };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/signin");
        foreach (var (name, value) in new[] { ("Host", "evil.example.org"), ("Prefix", "/evil"), ("Proto", "https"), ("For", "192.0.2.7") })
            request.Headers.Add("X-Forwarded-" + name, value);
        using var answer = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("href=\"/assets/portal.css", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain("Strict-Transport-Security", answer.Headers.Select(header => header.Key));

        using var foreign = new HttpRequestMessage(HttpMethod.Get, "/signin");
        foreign.Headers.Host = "evil.example.org";
        using var refused = await client.SendAsync(foreign);
        Assert.Equal(HttpStatusCode.MisdirectedRequest, refused.StatusCode);
    }

    [Fact]
    public async Task The_prefix_without_its_slash_leads_to_the_portal_and_the_plain_address_goes_on_working()
    {
        await using var server = await StartAsync(options => options with { PortalUrl = new Uri("https://ops.example.org/muster/") });
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri($"http://127.0.0.1:{server.PortalPort}") };
        Assert.Equal("/muster/?a=b", (await client.GetAsync("/muster?a=b")).Headers.Location!.ToString());
        Assert.Equal("/muster/signin", (await client.GetAsync("/muster/")).Headers.Location!.ToString());
        Assert.Equal("/signin", (await client.GetAsync("/")).Headers.Location!.ToString());
        Assert.Contains("href=\"/muster/assets/portal.css", await client.GetStringAsync("/muster/signin"), StringComparison.Ordinal);
    }

    private Task<MusterServer> StartAsync(int? publicPort, Uri? authority = null) => StartAsync(options => options with
    {
        Hosts = ["localhost", NginxProxy.Host],
        PortalUrl = publicPort is { } port ? new Uri(NginxProxy.Origin(port) + NginxProxy.Prefix) : null,
        TrustedProxies = [IPNetwork.Parse("127.0.0.1/32")],
        PortalSignIn = authority is null ? null : new OpenIdOptions
        {
            Authority = authority,
            ClientId = OpenIdIssuer.ClientId,
            ClientSecret = new Secret(OpenIdIssuer.ClientSecret),
            Title = "Example Works",
            Roles = new Dictionary<string, PortalRole> { ["portal-admins"] = PortalRole.Administrator },
        },
    });

    private async Task<MusterServer> StartAsync(Func<MusterOptions, MusterOptions> change)
    {
        var folder = Directory.CreateTempSubdirectory("muster-proxied-").FullName;
        _folders.Add(folder);
        var options = new MusterOptions { DataFolder = folder, HttpsPort = 0, MqttPort = 0, AmqpPort = 0, PortalPort = 0, CrlPort = 0 };
        return await MusterServer.StartAsync(change(options), new ProvisioningParts(), TimeProvider.System, TextWriter.Null, CancellationToken.None);
    }
}
