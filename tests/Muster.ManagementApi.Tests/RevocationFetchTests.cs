using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Muster.Certificates;
using Muster.Core.Certificates.Verification;
using Muster.TestKit;

namespace Muster.ManagementApi.Tests;

/// <summary>Revocation lists from a web server: fetched behind the scenes, never for a handshake (behaviour B-4.9).</summary>
public sealed class RevocationFetchTests : IAsyncLifetime
{
    private static readonly TestCertificate Root = TestCertificate.SelfSigned("CN=Fetched root");
    private static readonly TestCertificate Good = Root.Issue("CN=good");
    private static readonly TestCertificate Bad = Root.Issue("CN=bad");

    private readonly ManualClock _clock = new();
    private readonly ListServer _lists = new();
    private ManagementFixture _fixture = null!;

    private RunningServer Server => _fixture.Server;

    private RevocationListFetcher Fetcher => Server.Server.Services.GetRequiredService<RevocationListFetcher>();

    public async ValueTask InitializeAsync()
    {
        await _lists.StartAsync();
        _fixture = new ManagementFixture
        {
            Clock = _clock,
            Configure = services => services.Replace(ServiceDescriptor.Singleton(
                new X509Options { MaxRevocationListBytes = 1024 * 1024, RevocationFetchTimeout = TimeSpan.FromSeconds(3) })),
        };
        await _fixture.InitializeAsync();
        await Server.AddCaAsync("ca", Root);
        await Server.EnrollWithAsync("/enrollmentGroups/fetched", CertificateDevice.Reference("ca"));
    }

    public async ValueTask DisposeAsync()
    {
        await _fixture.DisposeAsync();
        await _lists.DisposeAsync();
    }

    [Fact]
    public async Task List_is_fetched_soon_after_its_address_is_set_without_being_asked_for()
    {
        _lists.Serve("/list.crl", List(Bad));
        await SetAsync("/list.crl");
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!(await RevocationAsync()).GetProperty("hasList").GetBoolean()) await Task.Delay(100, patience.Token);
        Assert.Equal(("assigned", "401002"), (await VerdictAsync(Good), await VerdictAsync(Bad)));
    }

    [Theory]
    [InlineData("directly")]
    [InlineData("as PEM")]
    [InlineData("behind a redirect")]
    [InlineData("behind three redirects")]
    public async Task List_is_fetched(string way)
    {
        var list = List(Bad);
        _lists.Serve("/list.crl", way == "as PEM" ? System.Text.Encoding.ASCII.GetBytes(PemEncoding.WriteString("X509 CRL", list)) : list);
        _lists.Redirect("/3", "/2");
        _lists.Redirect("/2", "/1");
        _lists.Redirect("/1", "/list.crl");
        await SetAsync(way switch { "behind a redirect" => "/1", "behind three redirects" => "/3", _ => "/list.crl" });
        await Fetcher.FetchDueAsync(default);

        var revocation = await RevocationAsync();
        Assert.Equal((true, 1), (revocation.GetProperty("hasList").GetBoolean(), revocation.GetProperty("revokedCount").GetInt32()));
        Assert.False(revocation.TryGetProperty("fetchProblem", out _));
        Assert.Equal(("assigned", "401002"), (await VerdictAsync(Good), await VerdictAsync(Bad)));
        var trace = await Server.LastTraceAsync("bad");
        Assert.Contains(trace.Checks, check => !check.Passed && check.Check == "revocation" && check.Detail.Contains("'CN=bad'", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("nobody listens", "refused")]
    [InlineData("404", "HTTP status 404")]
    [InlineData("500 with a list", "HTTP status 500")]
    [InlineData("redirects in a circle", "HTTP status 302")]
    [InlineData("too long", "more than 1048576 bytes")]
    [InlineData("too long, length not told", "more than 1048576 bytes")]
    [InlineData("garbage", "not a well-formed certificate revocation list")]
    [InlineData("nothing", "not a well-formed certificate revocation list")]
    [InlineData("a page", "not a well-formed certificate revocation list")]
    [InlineData("another CA's", "was issued by 'CN=Other'")]
    [InlineData("forged", "the CA's key did not sign it")]
    [InlineData("no answer", "no answer in time")]
    [InlineData("an answer that stops", "no answer in time")]
    [InlineData("an answer that breaks off", "broke off")]
    public async Task Fetch_that_fails_says_why_and_leaves_the_old_list(string flaw, string problem)
    {
        _lists.Serve("/good.crl", List(Bad));
        await SetAsync("/good.crl");
        await Fetcher.FetchDueAsync(default);

        Prepare(flaw);
        await SetAsync("/flawed", flaw == "nobody listens" ? "http://127.0.0.1:9" : null);
        await Fetcher.FetchDueAsync(default);
        var revocation = await RevocationAsync();
        Assert.Contains(problem, revocation.GetProperty("fetchProblem").GetString(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal((true, 1), (revocation.GetProperty("hasList").GetBoolean(), revocation.GetProperty("revokedCount").GetInt32()));
        Assert.Equal(("assigned", "401002"), (await VerdictAsync(Good), await VerdictAsync(Bad)));

        // Said once: the resource does not change with every attempt.
        var before = (await _fixture.SendAsync(HttpMethod.Get, "/ca")).Json.GetProperty("etag").GetString();
        _clock.Advance(RevocationListFetcher.RetryInterval);
        await Fetcher.FetchDueAsync(default);
        Assert.Equal(before, (await _fixture.SendAsync(HttpMethod.Get, "/ca")).Json.GetProperty("etag").GetString());

        // Once it goes well the problem is forgotten.
        _lists.Serve("/flawed", List(Bad, Good));
        await SetAsync("/flawed");
        _clock.Advance(RevocationListFetcher.RetryInterval);
        await Fetcher.FetchDueAsync(default);
        Assert.False((await RevocationAsync()).TryGetProperty("fetchProblem", out _));
        Assert.Equal("401002", await VerdictAsync(Good));
    }

    [Fact]
    public async Task Handshakes_neither_fetch_nor_wait_for_a_fetch()
    {
        _lists.Serve("/list.crl", List(Bad));
        await SetAsync("/list.crl");
        await Fetcher.FetchDueAsync(default);
        var asked = new TaskCompletionSource();
        _lists.Serve("/list.crl", async context =>
        {
            asked.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        _clock.Advance(RevocationListFetcher.Interval);
        var fetch = Fetcher.FetchDueAsync(default);
        await asked.Task;
        for (var i = 0; i < 5; i++) Assert.Equal(("assigned", "401002"), (await VerdictAsync(Good), await VerdictAsync(Bad)));
        Assert.Equal(2, _lists.Requests.Count);
        await fetch;
        Assert.Contains("no answer in time", (await RevocationAsync()).GetProperty("fetchProblem").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_is_fetched_every_hour_and_sooner_after_a_failure()
    {
        _lists.Serve("/list.crl", List(Bad));
        await SetAsync("/list.crl");
        foreach (var (advance, expected) in new[] { (0, 1), (59, 1), (2, 2), (59, 2), (2, 3) }) await FetchAsync(advance, expected);

        _lists.Serve("/list.crl", []);
        foreach (var (advance, expected) in new[] { (61, 4), (4, 4), (2, 5), (6, 6) }) await FetchAsync(advance, expected);

        async Task FetchAsync(int minutes, int expected)
        {
            _clock.Advance(TimeSpan.FromMinutes(minutes));
            await Fetcher.FetchDueAsync(default);
            Assert.Equal(expected, _lists.Requests.Count);
        }
    }

    [Fact]
    public async Task New_content_under_the_name_gets_its_own_list_at_once()
    {
        var next = TestCertificate.SelfSigned("CN=Fetched root");
        _lists.Serve("/list.crl", List(Bad));
        await SetAsync("/list.crl");
        await Fetcher.FetchDueAsync(default);
        await Server.AddCaAsync("ca", next);
        Assert.False((await RevocationAsync()).GetProperty("hasList").GetBoolean());

        _lists.Serve("/list.crl", next.RevocationList(_clock.GetUtcNow().AddMinutes(-1), _clock.GetUtcNow().AddDays(7)));
        await Fetcher.FetchDueAsync(default);
        Assert.Equal((true, 0), ((await RevocationAsync()).GetProperty("hasList").GetBoolean(), (await RevocationAsync()).GetProperty("revokedCount").GetInt32()));
    }

    [Fact]
    public async Task One_web_server_that_does_not_answer_does_not_stop_the_lists_of_others()
    {
        await Server.AddCaAsync("other", Root);
        _lists.Serve("/list.crl", List(Bad));
        Prepare("no answer");
        await SetAsync("/flawed");
        await SetAsync("/list.crl", name: "other");
        await Fetcher.FetchDueAsync(default);
        var other = (await _fixture.SendAsync(HttpMethod.Get, "/other")).Json.GetProperty("properties").GetProperty("revocation");
        Assert.True(other.GetProperty("hasList").GetBoolean());
    }

    [Theory]
    [InlineData(false, false, "401002")]
    [InlineData(false, true, "assigned")]
    [InlineData(true, false, "401002")]
    [InlineData(true, true, "assigned")]
    public async Task Missing_or_stale_list_follows_the_setting(bool isThere, bool allowStale, string expected)
    {
        _lists.Serve("/list.crl", isThere ? List(Bad) : []);
        await SetAsync("/list.crl", allowStale: allowStale);
        await Fetcher.FetchDueAsync(default);
        if (isThere)
        {
            Assert.Equal("assigned", await VerdictAsync(Good));
            _clock.Advance(TimeSpan.FromDays(8));
        }

        Assert.Equal(expected, await VerdictAsync(Good));
        var trace = await Server.LastTraceAsync("good");
        var check = Assert.Single(trace.Checks, check => check.Check == "revocation list");
        Assert.Equal(allowStale, check.Passed);

        // Whom even a stale list revokes stays out.
        if (isThere) Assert.Equal("401002", await VerdictAsync(Bad));
    }

    [Theory]
    [InlineData("ftp://ca.example.org/root.crl")]
    [InlineData("file:///etc/passwd")]
    [InlineData("/root.crl")]
    [InlineData("http://user:secret@ca.example.org/root.crl")]
    public async Task Address_must_be_a_plain_web_address(string url)
    {
        var answer = await _fixture.SendAsync(HttpMethod.Put, "/ca/revocation", JsonSerializer.Serialize(new { isEnabled = true, url }), ifMatch: "*");
        Assert.Equal((HttpStatusCode.BadRequest, 400010), (answer.Status, answer.Json.GetProperty("code").GetInt32()));
        Assert.DoesNotContain("secret", answer.Text, StringComparison.Ordinal);
    }

    private void Prepare(string flaw)
    {
        const string Path = "/flawed";
        var tooLong = new byte[10 * 1024 * 1024];
        switch (flaw)
        {
            case "500 with a list":
                _lists.Serve(Path, context =>
                {
                    context.Response.StatusCode = 500;
                    return context.Response.Body.WriteAsync(List(Good)).AsTask();
                });
                break;
            case "redirects in a circle": _lists.Redirect(Path, Path); break;
            case "too long":
                _lists.Serve(Path, context =>
                {
                    context.Response.ContentLength = tooLong.Length;
                    return context.Response.Body.WriteAsync(tooLong, context.RequestAborted).AsTask();
                });
                break;
            case "too long, length not told": _lists.Serve(Path, tooLong); break;
            case "garbage": _lists.Serve(Path, RandomNumberGenerator.GetBytes(500)); break;
            case "nothing": _lists.Serve(Path, []); break;
            case "a page": _lists.Serve(Path, "<html><body>Sign in first</body></html>"u8.ToArray()); break;
            case "another CA's":
                _lists.Serve(Path, TestCertificate.SelfSigned("CN=Other").RevocationList(_clock.GetUtcNow(), _clock.GetUtcNow().AddDays(7)));
                break;
            case "forged":
                _lists.Serve(Path, TestCertificate.SelfSigned("CN=Fetched root").RevocationList(_clock.GetUtcNow(), _clock.GetUtcNow().AddDays(7)));
                break;
            case "no answer": _lists.Serve(Path, context => Forever(context.RequestAborted)); break;
            case "an answer that stops":
                _lists.Serve(Path, async context =>
                {
                    await context.Response.Body.WriteAsync(List(Good).AsMemory(0, 50), context.RequestAborted);
                    await context.Response.Body.FlushAsync(context.RequestAborted);
                    await Forever(context.RequestAborted);
                });
                break;
            case "an answer that breaks off":
                _lists.Serve(Path, async context =>
                {
                    context.Response.ContentLength = 5000;
                    await context.Response.Body.WriteAsync(List(Good).AsMemory(0, 50), context.RequestAborted);
                    await context.Response.Body.FlushAsync(context.RequestAborted);
                    context.Abort();
                });
                break;
        }

        static Task Forever(CancellationToken aborted) =>
            Task.Delay(Timeout.Infinite, aborted).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private byte[] List(params IReadOnlyList<TestCertificate> revoked) =>
        Root.RevocationList(_clock.GetUtcNow().AddMinutes(-1), _clock.GetUtcNow().AddDays(7), revoked);

    private async Task SetAsync(string path, string? server = null, bool allowStale = false, string name = "ca")
    {
        var body = JsonSerializer.Serialize(new { isEnabled = true, url = (server ?? _lists.Address) + path, allowStale });
        var answer = await _fixture.SendAsync(HttpMethod.Put, $"/{name}/revocation", body, ifMatch: "*");
        Assert.Equal(HttpStatusCode.OK, answer.Status);
    }

    private async Task<JsonElement> RevocationAsync() =>
        (await _fixture.SendAsync(HttpMethod.Get, "/ca")).Json.GetProperty("properties").GetProperty("revocation");

    private async Task<string> VerdictAsync(TestCertificate leaf)
    {
        var answer = await Server.RegisterAsync(leaf == Good ? "good" : "bad", leaf);
        return answer.Status == HttpStatusCode.Accepted ? answer.Json.GetProperty("status").GetString()! : $"{answer.ErrorCode}";
    }
}
