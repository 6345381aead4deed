using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Muster.Certificates;
using Muster.Composition;
using Muster.Health;

namespace Muster.Tests.Composition;

public sealed class MusterServerTests
{
    private static readonly ServedInstance Instance = new(
        "0neTEST0001",
        "HostName=localhost;SharedAccessKeyName=provisioningserviceowner;SharedAccessKey=c2VjcmV0+/==",
        [new ServedHub("hub.example.org", "HostName=hub.example.org;SharedAccessKeyName=iothubowner;SharedAccessKey=aHVi")]);

    [Theory]
    [InlineData(SslProtocols.Tls12, false)]
    [InlineData(SslProtocols.Tls12, true)]
    [InlineData(SslProtocols.Tls13, false)]
    [InlineData(SslProtocols.Tls13, true)]
    public async Task A_client_certificate_is_asked_for_and_any_or_none_is_accepted(SslProtocols protocol, bool offersCertificate)
    {
        await using var running = await RunningServer.StartAsync(WhoAmI());
        using var certificate = SelfSigned(expired: true);

        var (used, _, answer) = await running.AskAsync("/whoami", protocol, offersCertificate ? certificate : null);

        Assert.Equal(protocol, used);
        Assert.StartsWith("HTTP/1.1 200", answer);
        Assert.Contains(offersCertificate ? certificate.Thumbprint : "nobody", answer);
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task The_list_of_acceptable_authorities_is_empty(string version)
    {
        await using var running = await RunningServer.StartAsync();

        var output = await OpenSslAsync(running, version);

        Assert.Contains("No client certificate CA names sent", output);
        Assert.Contains("Requested Signature Algorithms", output);
        Assert.Contains("Verify return code: 0 (ok)", output);
    }

    [Theory]
    [InlineData("ECDHE-ECDSA-AES128-GCM-SHA256", true)]
    [InlineData("ECDHE-ECDSA-AES256-GCM-SHA384", true)]
    [InlineData("ECDHE-ECDSA-AES128-SHA256", true)]
    [InlineData("ECDHE-ECDSA-AES256-SHA384", true)]
    [InlineData("ECDHE-ECDSA-AES128-SHA", false)]
    [InlineData("ECDHE-ECDSA-AES256-SHA", false)]
    [InlineData("ECDHE-ECDSA-AES128-CCM", false)]
    [InlineData("ECDHE-ECDSA-CHACHA20-POLY1305", false)]
    public async Task Exactly_the_documented_suites_of_tls_1_2_are_offered(string suite, bool offered)
    {
        await using var running = await RunningServer.StartAsync();

        var output = await OpenSslAsync(running, "-tls1_2", "-cipher", suite + ":@SECLEVEL=0");

        Assert.Equal(offered, output.Contains($"Cipher is {suite}", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("-tls1")]
    [InlineData("-tls1_1")]
    public async Task Older_tls_is_refused(string version)
    {
        await using var running = await RunningServer.StartAsync();

        Assert.Contains("Cipher is (NONE)", await OpenSslAsync(running, version, "-cipher", "ALL:@SECLEVEL=0"));
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task A_resumed_session_still_names_the_client_certificate(string version)
    {
        await using var running = await RunningServer.StartAsync(WhoAmI());
        using var certificate = SelfSigned(expired: false);
        using var key = certificate.GetECDsaPrivateKey()!;
        var pem = running.Folder.Write("client.pem", certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
        var session = running.Folder.Combine("session");

        // The runtime may drop an idle TLS context, and the ticket keys with it, while other servers come and go in this process.
        await Eventually.TrueAsync(async () =>
        {
            var first = await OpenSslAsync(running, version, "-cert", pem, "-sess_out", session, "-ign_eof");
            var second = await OpenSslAsync(running, version, "-cert", pem, "-sess_in", session, "-ign_eof");
            Assert.Contains("New, TLSv", first);
            Assert.Contains(certificate.Thumbprint, first);
            Assert.Contains(certificate.Thumbprint, second);
            return second.Contains("Reused, TLSv", StringComparison.Ordinal);
        }, "a session is resumed");
    }

    [Fact]
    public async Task A_renewed_certificate_is_presented_without_restart()
    {
        var time = new ManualTimeProvider(DateTimeOffset.UtcNow);
        await using var running = await RunningServer.StartAsync(time: time);
        var (_, first, _) = await running.AskAsync("/healthz", SslProtocols.Tls12);

        time.Advance(TimeSpan.FromDays(370));

        await Eventually.TrueAsync(async () =>
        {
            time.Advance(CertificateRenewal.Interval);
            var (_, now, answer) = await running.AskAsync("/healthz", SslProtocols.Tls12);
            return now != first && answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal);
        }, "the new certificate is presented");
    }

    [Fact]
    public async Task A_user_s_certificate_replaces_muster_s_and_needs_no_revocation_list()
    {
        using var files = new TemporaryFolder();
        using var root = CertificateAuthority.CreateRoot(DateTimeOffset.UtcNow);
        using var own = CertificateAuthority.CreateServer(root, ["localhost"], "http://ca.example/x.crl", DateTimeOffset.UtcNow);
        using var key = own.GetECDsaPrivateKey()!;
        var certificateFile = files.Write("cert.pem", own.ExportCertificatePem());
        var keyFile = files.Write("key.pem", key.ExportPkcs8PrivateKeyPem());

        await using var running = await RunningServer.StartAsync(
            change: options => options with { CertificateFile = certificateFile, CertificateKeyFile = keyFile });

        var (_, serial, _) = await running.AskAsync("/healthz", SslProtocols.Tls13);
        Assert.Equal(own.SerialNumber, serial);
        Assert.Null(running.Server.CrlPort);
        Assert.Null(running.Server.Endpoints.RootCertificate);
    }

    [Fact]
    public async Task The_revocation_list_and_the_root_are_served_over_plain_http()
    {
        await using var running = await RunningServer.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{running.Server.CrlPort}/") };

        var list = await client.GetAsync("muster.crl");
        var der = await client.GetByteArrayAsync("muster-root.cer");
        var pem = await client.GetStringAsync("muster-root.pem");
        var other = await client.GetAsync("healthz");

        Assert.Equal("application/pkix-crl", list.Content.Headers.ContentType!.MediaType);
        CertificateRevocationListBuilder.Load(await list.Content.ReadAsByteArrayAsync(), out _);
        using var root = X509CertificateLoader.LoadCertificate(der);
        Assert.Equal(root.ExportCertificatePem(), pem.Trim());
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
    }

    [Fact]
    public async Task Health_is_told_on_https_and_portal()
    {
        await using var running = await RunningServer.StartAsync();
        using var https = running.Client();
        using var portal = new HttpClient { BaseAddress = running.Portal };

        foreach (var client in (HttpClient[])[https, portal])
        {
            Assert.Equal("healthy\n", await client.GetStringAsync("healthz"));
            Assert.Equal("ready\n", await client.GetStringAsync("readyz"));
        }
    }

    [Fact]
    public async Task A_part_that_does_not_work_makes_the_server_not_ready_but_healthy()
    {
        var parts = new TestParts { Services = services => services.AddSingleton<IReadinessCheck>(new BrokenStore()) };
        await using var running = await RunningServer.StartAsync(parts);
        using var client = running.Client();

        var ready = await client.GetAsync("readyz");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Equal("store: the disk is full\n", await ready.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("healthz")).StatusCode);
    }

    [Fact]
    public async Task The_endpoints_file_says_what_is_served_and_only_its_owner_reads_it()
    {
        await using var running = await RunningServer.StartAsync(new TestParts { Instance = Instance });
        var path = running.Folder.Combine("endpoints.json");

        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(path));
        var root = json.RootElement;

        Assert.Equal(
            ["idScope", "serviceEndpoint", "deviceEndpoint", "httpsPort", "mqttPort", "amqpPort", "portal", "rootCertificate",
                "serviceConnectionString", "hubs"],
            root.EnumerateObject().Select(property => property.Name));
        Assert.Equal("0neTEST0001", root.GetProperty("idScope").GetString());
        Assert.Equal($"localhost:{running.Server.HttpsPort}", root.GetProperty("serviceEndpoint").GetString());
        Assert.Equal(running.Server.HttpsPort, root.GetProperty("httpsPort").GetInt32());
        Assert.NotInRange(root.GetProperty("mqttPort").GetInt32(), 0, 1023);
        Assert.StartsWith($"http://localhost:{running.Server.PortalPort}/?token=", root.GetProperty("portal").GetString());
        Assert.Equal(running.Folder.Combine("certificates/root.pem"), root.GetProperty("rootCertificate").GetString());
        Assert.Equal(Instance.ServiceConnectionString, root.GetProperty("serviceConnectionString").GetString());
        Assert.Equal("hub.example.org", root.GetProperty("hubs")[0].GetProperty("hostName").GetString());
        Assert.Equal(Instance.Hubs[0].ConnectionString, root.GetProperty("hubs")[0].GetProperty("connectionString").GetString());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Fact]
    public async Task The_banner_tells_what_one_needs_next_and_no_key()
    {
        await using var running = await RunningServer.StartAsync(new TestParts { Instance = Instance });
        var banner = running.Output.ToString();

        using var root = X509CertificateLoader.LoadCertificateFromFile(running.RootFile);
        foreach (var expected in (string[])
        [
            running.Server.Endpoints.Portal, "0neTEST0001", $"localhost:{running.Server.HttpsPort}", running.RootFile,
            StartBanner.Fingerprint(root), running.Folder.Path, "endpoints.json", "OpenSSL ", "device register --data",
        ])
        {
            Assert.Contains(expected, banner);
        }

        Assert.DoesNotContain("SharedAccessKey", banner);
    }

    [Fact]
    public async Task Parts_learn_the_key_the_folder_and_the_real_endpoint()
    {
        var parts = new TestParts();
        await using var running = await RunningServer.StartAsync(parts);

        Assert.Equal(32, parts.Context!.SecretsKey.Length);
        Assert.Equal(running.Folder.Path, parts.Context.DataFolder);
        Assert.Equal($"localhost:{running.Server.HttpsPort}", parts.Context.ServiceEndpoint);
    }

    [Fact]
    public async Task Requests_in_progress_finish_when_the_server_stops()
    {
        var arrived = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        var parts = new TestParts
        {
            Endpoints = endpoints => endpoints.MapGet("/slow", async context =>
            {
                arrived.SetResult();
                await release.Task;
                await context.Response.WriteAsync("finished");
            }),
        };
        var running = await RunningServer.StartAsync(parts);
        using var client = running.Client();
        var request = client.GetStringAsync("slow");
        await arrived.Task;

        var stopped = running.DisposeAsync().AsTask();
        release.SetResult();

        Assert.Equal("finished", await request);
        await stopped;
    }

    [Fact]
    public async Task A_failed_start_gives_back_ports_and_data_folder()
    {
        using var folder = new TemporaryFolder();
        var options = RunningServer.Options(folder.Path);
        Directory.CreateDirectory(folder.Combine("certificates"));
        folder.Write("certificates/root.pem", "nonsense");
        folder.Write("certificates/root.key", "nonsense");
        await Assert.ThrowsAsync<CannotStartException>(() =>
            MusterServer.StartAsync(options, new TestParts(), TimeProvider.System, TextWriter.Null, default));

        Directory.Delete(folder.Combine("certificates"), recursive: true);

        await using var server = await MusterServer.StartAsync(options, new TestParts(), TimeProvider.System, TextWriter.Null, default);
        Assert.NotEqual(0, server.HttpsPort);
    }

    [Theory]
    [InlineData(0x30000130L, "OpenSSL 3.0.19")]
    [InlineData(0x30500000L, "OpenSSL 3.5.0")]
    [InlineData(0x1010117FL, "OpenSSL 1.1.1")]
    public void The_tls_library_is_named_in_words(long number, string expected) => Assert.Equal(expected, OpenSslVersion.Format(number));

    private static TestParts WhoAmI() => new()
    {
        Endpoints = endpoints => endpoints.MapGet("/whoami", context =>
            context.Response.WriteAsync(context.Connection.ClientCertificate?.Thumbprint ?? "nobody")),
    };

    private static async Task<string> OpenSslAsync(RunningServer running, params string[] arguments)
    {
        var (_, output) = await Shell.RunAsync(
            "openssl",
            ["s_client", "-connect", $"localhost:{running.Server.HttpsPort}", "-CAfile", running.RootFile, .. arguments],
            "GET /whoami HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        return output;
    }

    private static X509Certificate2 SelfSigned(bool expired)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = DateTimeOffset.UtcNow;
        return new CertificateRequest("CN=device-1", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(now.AddDays(-10), expired ? now.AddDays(-1) : now.AddDays(1));
    }

    private sealed class BrokenStore : IReadinessCheck
    {
        public string Name => "store";

        public ValueTask<string?> FindProblemAsync(CancellationToken cancellationToken) => new("the disk is full");
    }
}
