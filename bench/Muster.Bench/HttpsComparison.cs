using System.Globalization;
using Muster.Protocols.Sas;

namespace Muster.Bench;

/// <summary>
/// HTTPS registrations beside nginx: the same server certificate, the same request, the same client, each server alone on the first core.
/// nginx verifies the client's chain and answers a fixed text: it is the floor that mutual TLS and HTTP set.
/// </summary>
internal sealed class HttpsComparison(BenchOptions options, BenchKeys keys, string folder, string data, string scope)
{
    private int _batch;

    public async Task RunAsync(TextWriter output)
    {
        await output.WriteLineAsync("| | server CPU per registration | registrations per second and core | ratio to nginx | p50 / p99 at half load |");
        await output.WriteLineAsync("| --- | --- | --- | --- | --- |");
        var costs = new Dictionary<(string Server, bool WithCertificate), double>();
        foreach (var withCertificate in (bool[])[false, true])
        {
            using var nginx = options.Only == "muster" ? null : await StartNginxAsync(withCertificate);
            using var muster = options.Only == "nginx" ? null : await StartMusterAsync();
            await CompareAsync(output, [.. new[] { nginx, muster }.OfType<BenchServer>()], withCertificate, costs);
        }

        if (costs.TryGetValue(("Muster", false), out var tokens) && costs.TryGetValue(("Muster", true), out var certificates))
        {
            await output.WriteLineAsync();
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"Muster with certificates against Muster with tokens: {certificates / tokens:0.00}."));
        }
    }

    private async Task CompareAsync(
        TextWriter output, IReadOnlyList<BenchServer> servers, bool withCertificate, Dictionary<(string Server, bool WithCertificate), double> costs)
    {
        // Compilation and caches settle first.
        foreach (var server in servers)
        {
            await LoadAsync(server, withCertificate);
            await LoadAsync(server, withCertificate);
        }

        // Turn about, so that what else the machine does meets both.
        var results = servers.ToDictionary(server => server, _ => new List<LoadResult>());
        for (var round = 0; round < options.Rounds; round++)
        {
            foreach (var server in servers) results[server].Add(await LoadAsync(server, withCertificate));
        }

        foreach (var server in servers)
        {
            var full = LoadResult.Median(results[server]);
            costs[(server.Name, withCertificate)] = full.CpuMilliseconds;
            var half = await Load.PacedAsync(server, Devices(server, withCertificate, options.Registrations), full.PerSecond / 2);
            var ratio = costs.TryGetValue(("nginx", withCertificate), out var floor)
                ? (full.CpuMilliseconds / floor).ToString("0.00", CultureInfo.InvariantCulture)
                : "";
            var what = (server.Name, withCertificate) switch
            {
                ("nginx", false) => "TLS",
                ("nginx", true) => "mutual TLS",
                (_, false) => "SAS",
                _ => "X.509",
            };
            await output.WriteLineAsync(full.Row($"{server.Name}, {what}", ratio, half));
        }
    }

    private Task<LoadResult> LoadAsync(BenchServer server, bool withCertificate) =>
        Load.FullAsync(server, Devices(server, withCertificate, options.Registrations), options.Concurrency);

    private List<IDevice> Devices(BenchServer server, bool withCertificate, int count)
    {
        var batch = _batch++;
        var expiry = DateTimeOffset.UtcNow.AddHours(1);
        var devices = new List<IDevice>(count);
        for (var number = 0; number < count; number++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"https-{batch}-{number}");
            var certificate = withCertificate ? keys.DeviceChain(id) : null;
            var token = withCertificate ? null : SasTokenBuilder.Create($"{scope}/registrations/{id}", keys.DeviceKey(id), expiry, "registration");
            devices.Add(server.Name == "nginx"
                ? HttpsDevice.OfWebServer(scope, id, token, certificate)
                : HttpsDevice.OfMuster(scope, id, token, certificate));
        }

        return devices;
    }

    private async Task<BenchServer> StartNginxAsync(bool withCertificate)
    {
        var port = BenchServer.FreePort();
        var file = Path.Combine(folder, "nginx.conf");
        var clients = withCertificate ? $"ssl_client_certificate {keys.DeviceAuthorityFile}; ssl_verify_client on; ssl_verify_depth 2;" : "";
        await File.WriteAllTextAsync(file, $$"""
            daemon off;
            worker_processes 1;
            pid {{folder}}/nginx.pid;
            error_log stderr warn;
            user {{Environment.UserName}};
            events { worker_connections 1024; }
            http {
              access_log off;
              client_body_temp_path {{folder}}; proxy_temp_path {{folder}}; fastcgi_temp_path {{folder}}; uwsgi_temp_path {{folder}}; scgi_temp_path {{folder}};
              server {
                listen 127.0.0.1:{{port}} ssl;
                ssl_protocols TLSv1.2 TLSv1.3;
                ssl_certificate {{keys.ServerCertificateFile}};
                ssl_certificate_key {{keys.ServerKeyFile}};
                {{clients}}
                default_type application/json;
                location / { return 200 '{"status":"assigned","text":"{{new string('x', 400)}}"}'; }
              }
            }

            """);
        return await BenchServer.StartAsync("nginx", port, "nginx", "-c", file, "-e", "stderr");
    }

    private async Task<BenchServer> StartMusterAsync()
    {
        var port = BenchServer.FreePort();
        return await BenchServer.StartAsync(
            "Muster", port, "dotnet", options.Muster, "serve", "--data", data, "--https-port", port.ToString(CultureInfo.InvariantCulture),
            "--mqtt-port", "0", "--portal-port", "0", "--certificate", keys.ServerCertificateFile, "--certificate-key", keys.ServerKeyFile);
    }
}
