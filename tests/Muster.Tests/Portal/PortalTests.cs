using System.Net;
using Muster.Composition;

namespace Muster.Tests.Portal;

public sealed class PortalTests
{
    private static readonly ServedInstance Instance = new(
        "0neTEST0001", "HostName=localhost;SharedAccessKeyName=<owner>;SharedAccessKey=c2VjcmV0",
        [new ServedHub("hub.example.org", "HostName=hub.example.org;SharedAccessKey=aHVi")]);

    [Fact]
    public async Task The_link_opens_the_page_once_and_the_session_stays()
    {
        await using var running = await StartAsync();
        using var browser = Browser(running, out var cookies);

        var opened = await browser.GetAsync(running.Server.Endpoints.Portal);

        Assert.Equal(HttpStatusCode.SeeOther, opened.StatusCode);
        Assert.Equal("/", opened.Headers.Location!.ToString());
        var cookie = Assert.Single(opened.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Single(cookies.GetAllCookies());

        // The same browser may open the link again, for example from its history.
        Assert.Equal(HttpStatusCode.SeeOther, (await browser.GetAsync(running.Server.Endpoints.Portal)).StatusCode);
    }

    [Fact]
    public async Task A_spent_link_is_refused_with_advice()
    {
        await using var running = await StartAsync();
        using var first = Browser(running, out _);
        await first.GetAsync(running.Server.Endpoints.Portal);
        using var second = Browser(running, out var cookies);

        var refused = await second.GetAsync(running.Server.Endpoints.Portal);

        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Contains("restart Muster", await refused.Content.ReadAsStringAsync());
        Assert.Empty(cookies.GetAllCookies());
    }

    [Theory]
    [InlineData("/?token=")]
    [InlineData("/?token=wrong")]
    [InlineData("/?token=wrong&token=again")]
    public async Task A_wrong_token_is_refused_and_shows_no_key(string path)
    {
        await using var running = await StartAsync();
        using var browser = Browser(running, out _);

        var refused = await browser.GetAsync(path);
        var text = await refused.Content.ReadAsStringAsync();

        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Contains("no longer works", text);
        Assert.DoesNotContain("SharedAccessKey", text);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/i/default/overview")]
    [InlineData("/nowhere")]
    public async Task Without_a_session_every_page_leads_to_the_sign_in_form(string path)
    {
        await using var running = await StartAsync();
        using var browser = Browser(running, out _);

        var sent = await browser.GetAsync(path);

        Assert.Equal(HttpStatusCode.Redirect, sent.StatusCode);
        Assert.Equal("/signin", sent.Headers.Location!.ToString());
        Assert.Contains("Look for the line", (await browser.GetStringAsync("/signin")).ReplaceLineEndings(" "), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync("/_blazor?id=x")).StatusCode);
    }

    [Theory]
    [InlineData("/signin")]
    [InlineData("/nowhere")]
    public async Task Every_page_forbids_foreign_and_inline_scripts_frames_and_caches(string path)
    {
        await using var running = await StartAsync();
        using var browser = Browser(running, out _);

        var answer = await browser.GetAsync(path);

        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none'", policy);

        // The component library sets widths on elements; whole styles and scripts come from files only.
        Assert.Contains("script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline';", policy);
        Assert.DoesNotContain("unsafe", policy.Replace("style-src-attr 'unsafe-inline'", "", StringComparison.Ordinal));
        Assert.Contains("frame-ancestors 'none'", policy);
        Assert.True(answer.Headers.CacheControl!.NoStore);
        Assert.Equal("no-referrer", answer.Headers.GetValues("Referrer-Policy").Single());
        Assert.False(answer.Headers.Contains("Server"));
    }

    [Theory]
    [InlineData("localhost", HttpStatusCode.Redirect)]
    [InlineData("localhost:9999", HttpStatusCode.Redirect)]
    [InlineData("127.0.0.1", HttpStatusCode.Redirect)]
    [InlineData("[::1]:8080", HttpStatusCode.Redirect)]
    [InlineData("evil.example", HttpStatusCode.MisdirectedRequest)]
    [InlineData("localhost.evil.example:8080", HttpStatusCode.MisdirectedRequest)]
    [InlineData("192.0.2.1", HttpStatusCode.MisdirectedRequest)]
    public async Task Only_names_of_this_machine_reach_the_portal(string host, HttpStatusCode expected)
    {
        await using var running = await StartAsync();
        using var browser = Browser(running, out _);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Host = host;

        Assert.Equal(expected, (await browser.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task The_portal_is_not_reachable_through_the_device_door()
    {
        await using var running = await StartAsync();
        using var client = running.Client();

        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/assets/portal.css")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(new Uri(running.Server.Endpoints.Portal).PathAndQuery)).StatusCode);
    }

    private static Task<RunningServer> StartAsync() => RunningServer.StartAsync(new TestParts { Instance = Instance });

    private static HttpClient Browser(RunningServer running, out CookieContainer cookies)
    {
        cookies = new CookieContainer();
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = cookies };
        return new HttpClient(handler) { BaseAddress = running.Portal };
    }
}
