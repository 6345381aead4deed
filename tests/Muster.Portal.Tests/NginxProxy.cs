using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Muster.Portal.Tests;

/// <summary>Debian's nginx in front of a portal: it ends TLS and gives the portal a path prefix.</summary>
internal sealed class NginxProxy : IAsyncDisposable
{
    public const string Host = "ops.localhost";
    public const string Prefix = "/muster";

    /// <summary>Where every client seems to come from.</summary>
    public const string Client = "203.0.113.9";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _folder;
    private readonly Process _process;

    private NginxProxy(string folder, Process process)
    {
        _folder = folder;
        _process = process;
    }

    /// <summary>A port that was free a moment ago: the portal has to know its public address before nginx starts.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public static string Origin(int port) => $"https://{Host}:{port}";

    /// <summary>Starts it and waits until it answers.</summary>
    /// <param name="port">Its port.</param>
    /// <param name="portalPort">The portal's port.</param>
    /// <param name="strips">Whether it takes the prefix off.</param>
    /// <param name="headers">Its <c>proxy_set_header</c> lines.</param>
    public static async Task<NginxProxy> StartAsync(int port, int portalPort, bool strips, string headers)
    {
        var folder = Directory.CreateTempSubdirectory("muster-nginx-").FullName;
        WriteCertificate(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "nginx.conf"), $$"""
            daemon off;
            master_process off;
            pid {{folder}}/nginx.pid;
            error_log stderr warn;
            events { }
            http {
              access_log off;
              client_body_temp_path {{folder}}/body;
              proxy_temp_path {{folder}}/proxy;
              fastcgi_temp_path {{folder}}/fastcgi;
              uwsgi_temp_path {{folder}}/uwsgi;
              scgi_temp_path {{folder}}/scgi;
              map $http_upgrade $connection_upgrade { default upgrade; '' close; }
              server {
                listen 127.0.0.1:{{port}} ssl;
                ssl_certificate {{folder}}/proxy.pem;
                ssl_certificate_key {{folder}}/proxy.key;
                location {{Prefix}}/ {
                  proxy_pass http://127.0.0.1:{{portalPort}}{{(strips ? "/" : "")}};
                  proxy_http_version 1.1;
                  proxy_set_header Upgrade $http_upgrade;
                  proxy_set_header Connection $connection_upgrade;
                  proxy_set_header X-Forwarded-For {{Client}};
                  {{headers}}
                }
              }
            }
            """);
        var start = new ProcessStartInfo("/usr/sbin/nginx", ["-p", folder, "-e", "stderr", "-c", Path.Combine(folder, "nginx.conf")])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        };
        var proxy = new NginxProxy(folder, Process.Start(start)!);
        try
        {
            await proxy.WaitAsync(port);
            return proxy;
        }
        catch
        {
            await proxy.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static void WriteCertificate(string folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + Host, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(Host);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
        File.WriteAllText(Path.Combine(folder, "proxy.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "proxy.key"), key.ExportPkcs8PrivateKeyPem());
    }

    private async Task WaitAsync(int port)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            if (_process.HasExited) Assert.Fail("nginx ended: " + await _process.StandardError.ReadToEndAsync(patience.Token));
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(IPAddress.Loopback, port, patience.Token);
                return;
            }
            catch (SocketException)
            {
                await Task.Yield();
            }
        }
    }
}
