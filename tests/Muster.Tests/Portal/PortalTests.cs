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

        var page = await browser.GetStringAsync("/");
        foreach (var expected in (string[])
        [
            "0neTEST0001", $"localhost:{running.Server.HttpsPort}", "hub.example.org", running.Folder.Path, "muster-root.pem",
            "device register --data", "SharedAccessKeyName=&lt;owner&gt;",
        ])
        {
            Assert.Contains(expected, page);
        }

        // The same browser may open the link again, for example from its history.
        Assert.Equal(HttpStatusCode.SeeOther, (await browser.GetAsync(running.Server.Endpoints.Portal)).StatusCode);
    }

    [Fact]
    public async Task Connection_strings_are_folded_away()
    {
        await using var running = await StartAsync();
        using var browser = Browser(running, out _);
        await browser.GetAsync(running.Server.Endpoints.Portal);

        var page = await browser.GetStringAsync("/");

        foreach (var part in page.Split("SharedAccessKey=")[..^1])
            Assert.True(part.LastIndexOf("<details>", StringComparison.Ordinal) > part.LastIndexOf("</details>", StringComparison.Ordinal));
        Assert.DoesNotContain("<details open", page);
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
    [InlineData("/", "Look for the line")]
    [InlineData("/?token=", "no longer works")]
    [InlineData("/?token=wrong", "no longer works")]
    [InlineData("/?token=wrong&token=again", "no longer works")]
    public async Task Without_the_token_the_page_tells_how_to_get_the_link_and_shows_no_key(string path, string expected)
    {
        await using var running = await StartAsync();
        using var browser = Browser(running, out _);

        var refused = await browser.GetAsync(path);
        var text = await refused.Content.ReadAsStringAsync();

        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Contains(expected, text);
        Assert.DoesNotContain("0neTEST0001", text);
        Assert.DoesNotContain("SharedAccessKey", text);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/portal.css")]
    [InlineData("/muster.svg")]
    [InlineData("/nowhere")]
    public async Task Every_answer_forbids_scripts_frames_and_caches(string path)
    {
        await using var running = await StartAsync();
        using var browser = Browser(running, out _);

        var answer = await browser.GetAsync(path);

        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none'", policy);
        Assert.DoesNotContain("script-src", policy);
        Assert.Contains("frame-ancestors 'none'", policy);
        Assert.True(answer.Headers.CacheControl!.NoStore);
        Assert.Equal("no-referrer", answer.Headers.GetValues("Referrer-Policy").Single());
        Assert.False(answer.Headers.Contains("Server"));
    }

    [Theory]
    [InlineData("localhost", HttpStatusCode.Forbidden)]
    [InlineData("localhost:9999", HttpStatusCode.Forbidden)]
    [InlineData("127.0.0.1", HttpStatusCode.Forbidden)]
    [InlineData("[::1]:8080", HttpStatusCode.Forbidden)]
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

        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/portal.css")).StatusCode);
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
