using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Muster.Composition;
using Muster.Configuration;

namespace Muster.Tests;

/// <summary>A server on free ports with its own data folder.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private RunningServer(MusterServer server, TemporaryFolder folder, StringWriter output)
    {
        Server = server;
        Folder = folder;
        Output = output;
    }

    public MusterServer Server { get; }

    public TemporaryFolder Folder { get; }

    public StringWriter Output { get; }

    public string RootFile => Server.Endpoints.RootCertificate!;

    public Uri Portal => new($"http://localhost:{Server.PortalPort}/");

    public static MusterOptions Options(string folder) => new()
    {
        DataFolder = folder,
        HttpsPort = 0,
        MqttPort = 0,
        PortalPort = 0,
        CrlPort = 0,
    };

    public static async Task<RunningServer> StartAsync(
        IServerParts? parts = null, Func<MusterOptions, MusterOptions>? change = null, TimeProvider? time = null)
    {
        var folder = new TemporaryFolder();
        var output = new StringWriter();
        var options = Options(folder.Path);
        var server = await MusterServer.StartAsync(
            change?.Invoke(options) ?? options, parts ?? new TestParts(), time ?? TimeProvider.System, output, default);
        return new RunningServer(server, folder, output);
    }

    /// <summary>A client that trusts the server's root and nothing else.</summary>
    public HttpClient Client()
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(RootFile);
        var handler = new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy } };
        return new HttpClient(handler) { BaseAddress = new Uri($"https://localhost:{Server.HttpsPort}/") };
    }

    /// <summary>One handshake and one request, whatever the certificate.</summary>
    public async Task<(SslProtocols Protocol, string ServerSerial, string Answer)> AskAsync(
        string path, SslProtocols protocols, X509Certificate2? clientCertificate = null)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, Server.HttpsPort);
        await using var tls = new SslStream(tcp.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            EnabledSslProtocols = protocols,
            // Tests compare the certificate that they get; here any will do.
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
            ClientCertificates = clientCertificate is null ? null : [clientCertificate],
        });
        await tls.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(tls, Encoding.ASCII);
        var answer = await reader.ReadToEndAsync();
        return (tls.SslProtocol, tls.RemoteCertificate!.GetSerialNumberString(), answer);
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Folder.Dispose();
    }
}
