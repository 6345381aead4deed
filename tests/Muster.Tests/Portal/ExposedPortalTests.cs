using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Muster.Composition;
using Muster.Configuration;

namespace Muster.Tests.Portal;

/// <summary>The portal that other machines reach (portal 11): HTTPS, sign-in, Secure cookies, HSTS.</summary>
public sealed class ExposedPortalTests
{
    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    public async Task An_exposed_portal_speaks_HTTPS_with_the_server_s_certificate_and_asks_for_a_sign_in(string address)
    {
        await using var running = await StartAsync(address);
        using var browser = Browser(running, out var cookies);

        Assert.StartsWith($"https://portal.example.org:{running.Server.PortalPort}/?token=", running.Server.Endpoints.Portal);
        var sent = await browser.GetAsync("/i/default/overview");
        Assert.Equal(HttpStatusCode.Redirect, sent.StatusCode);
        Assert.Equal("max-age=31536000", sent.Headers.GetValues("Strict-Transport-Security").Single());

        var opened = await browser.GetAsync(new Uri(running.Server.Endpoints.Portal).PathAndQuery);
        Assert.Equal(HttpStatusCode.SeeOther, opened.StatusCode);
        var cookie = Assert.Single(cookies.GetAllCookies());
        Assert.True(cookie is { Secure: true, HttpOnly: true });
    }

    [Fact]
    public async Task The_form_s_cookie_is_secure_too()
    {
        await using var running = await StartAsync("0.0.0.0");
        using var browser = Browser(running, out var cookies);
        Assert.True((await browser.GetAsync("/signin")).IsSuccessStatusCode);
        Assert.True(Assert.Single(cookies.GetAllCookies()).Secure);
    }

    [Fact]
    public async Task Plain_HTTP_gets_no_answer()
    {
        await using var running = await StartAsync("0.0.0.0");
        using var client = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri($"http://127.0.0.1:{running.Server.PortalPort}/signin")));
    }

    [Fact]
    public async Task A_browser_is_never_asked_for_a_certificate()
    {
        await using var running = await StartAsync("0.0.0.0");
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, running.Server.PortalPort);
        await using var tls = new SslStream(tcp.GetStream());
        var isAsked = false;
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "portal.example.org",
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
            LocalCertificateSelectionCallback = (_, _, _, remote, _) =>
            {
                // Asked once before the handshake, without the server's certificate, and again only if the server requests one.
                isAsked |= remote is not null;
                return null!;
            },
        });
        Assert.False(isAsked);
    }

    [Theory]
    [InlineData("portal.example.org", HttpStatusCode.Redirect, true)]
    [InlineData("PORTAL.example.org:8080", HttpStatusCode.Redirect, true)]
    [InlineData("192.0.2.1:8080", HttpStatusCode.Redirect, true)]
    [InlineData("localhost", HttpStatusCode.Redirect, false)]
    [InlineData("evil.example", HttpStatusCode.MisdirectedRequest, true)]
    public async Task Only_its_own_names_and_addresses_reach_it(string host, HttpStatusCode expected, bool isHeldToTls)
    {
        await using var running = await StartAsync("0.0.0.0");
        using var browser = Browser(running, out _, anyName: true);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Host = host;

        var answer = await browser.SendAsync(request);

        Assert.Equal(expected, answer.StatusCode);
        Assert.Equal(isHeldToTls, answer.Headers.Contains("Strict-Transport-Security"));
    }

    [Fact]
    public async Task A_loopback_address_of_one_s_own_stays_plain_and_stands_in_the_link()
    {
        await using var running = await StartAsync("127.0.0.2");
        Assert.StartsWith($"http://127.0.0.2:{running.Server.PortalPort}/?token=", running.Server.Endpoints.Portal);
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        using var client = new HttpClient(handler);
        var opened = await client.GetAsync(new Uri(running.Server.Endpoints.Portal));
        Assert.Equal(HttpStatusCode.SeeOther, opened.StatusCode);
        Assert.False(opened.Headers.Contains("Strict-Transport-Security"));
    }

    [Fact]
    public async Task An_address_of_another_machine_ends_the_start_with_advice()
    {
        var problem = await Assert.ThrowsAsync<CannotStartException>(() => StartAsync("192.0.2.1"));
        Assert.Contains("for the portal cannot be opened on 192.0.2.1", problem.Message);
        Assert.Contains("--portal-address", problem.Message);
    }

    private static Task<RunningServer> StartAsync(string address) => RunningServer.StartAsync(
        change: options => options with { PortalAddress = IPAddress.Parse(address), Hosts = ["portal.example.org", "localhost"] });

    private static HttpClient Browser(RunningServer running, out CookieContainer cookies, bool anyName = false)
    {
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.ImportFromPemFile(running.RootFile);
        cookies = new CookieContainer();
        var port = running.Server.PortalPort;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            CookieContainer = cookies,
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = trust,
                RemoteCertificateValidationCallback = (_, _, _, errors) =>
                    errors == SslPolicyErrors.None || (anyName && errors == SslPolicyErrors.RemoteCertificateNameMismatch),
            },

            // The name leads nowhere but to this machine.
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, port, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        return new HttpClient(handler) { BaseAddress = new Uri($"https://portal.example.org:{port}/") };
    }
}
