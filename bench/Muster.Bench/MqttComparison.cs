using System.Globalization;
using System.Net.Security;
using Muster.Protocols.Sas;

namespace Muster.Bench;

/// <summary>
/// Muster beside mosquitto: the same certificate, the same packets, the same client, each server alone on the first core. mosquitto
/// neither verifies a token nor stores anything: it is the floor that TLS and MQTT set.
/// </summary>
internal sealed class MqttComparison(BenchOptions options, BenchKeys keys, string folder, string data, string scope)
{
    private int _batch;

    public async Task RunAsync(TextWriter output)
    {
        await output.WriteLineAsync("| | server CPU per registration | registrations per second and core | ratio | p50 / p99 at half load |");
        await output.WriteLineAsync("| --- | --- | --- | --- | --- |");
        foreach (var withCertificate in (bool[])[false, true])
        {
            using var mosquitto = options.Only == "muster" ? null : await StartMosquittoAsync(withCertificate);
            using var muster = options.Only == "mosquitto" ? null : await StartMusterAsync();
            await CompareAsync(output, mosquitto, muster, withCertificate);
        }

        await output.WriteLineAsync();
        await output.WriteLineAsync("| | memory per idle connection |");
        await output.WriteLineAsync("| --- | --- |");
        if (options.Only != "muster")
        {
            using var mosquitto = await StartMosquittoAsync(withCertificate: false);
            await HoldAsync(output, mosquitto);
        }

        if (options.Only != "mosquitto")
        {
            using var muster = await StartMusterAsync();
            await HoldAsync(output, muster);
        }
    }

    private async Task CompareAsync(TextWriter output, BenchServer? mosquitto, BenchServer? muster, bool withCertificate)
    {
        var servers = new[] { mosquitto, muster }.OfType<BenchServer>().ToList();

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

        var floor = mosquitto is null ? null : LoadResult.Median(results[mosquitto]);
        foreach (var server in servers)
        {
            var full = LoadResult.Median(results[server]);
            var half = await Load.PacedAsync(server, Devices(server, withCertificate, options.Registrations), full.PerSecond / 2);
            var ratio = floor is null ? "" : (full.CpuMilliseconds / floor.CpuMilliseconds).ToString("0.00", CultureInfo.InvariantCulture);
            await output.WriteLineAsync(full.Row($"{server.Name}, {(withCertificate ? "X.509" : "SAS")}", ratio, half));
        }
    }

    private Task<LoadResult> LoadAsync(BenchServer server, bool withCertificate) =>
        Load.FullAsync(server, Devices(server, withCertificate, options.Registrations), options.Concurrency);

    private async Task HoldAsync(TextWriter output, BenchServer server)
    {
        await Load.FullAsync(server, Devices(server, withCertificate: false, 200), options.Concurrency);
        var devices = Devices(server, withCertificate: false, options.Idle);
        var before = server.Memory;
        var open = new List<SslStream>(devices.Count);
        try
        {
            foreach (var device in devices.Cast<Device>()) open.Add(await device.OpenAsync(server.Port));
            await Task.Delay(TimeSpan.FromSeconds(3));
            var each = (server.Memory - before) / 1024.0 / devices.Count;
            await output.WriteLineAsync(
                string.Create(CultureInfo.InvariantCulture, $"| {server.Name} | {each:0.0} KB ({devices.Count} connections) |"));
        }
        finally
        {
            foreach (var stream in open) await stream.DisposeAsync();
        }
    }

    private List<IDevice> Devices(BenchServer server, bool withCertificate, int count)
    {
        var batch = _batch++;
        var expiry = DateTimeOffset.UtcNow.AddHours(1);
        var isBroker = server.Name == "mosquitto";
        var devices = new List<IDevice>(count);
        for (var number = 0; number < count; number++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"bench-{batch}-{number}");
            var certificate = withCertificate ? keys.DeviceCertificate(id) : null;
            var token = withCertificate ? null : SasTokenBuilder.Create($"{scope}/registrations/{id}", keys.DeviceKey(id), expiry, "registration");
            devices.Add(isBroker ? Device.OfBroker(scope, id, token, certificate) : Device.OfMuster(scope, id, token, certificate));
        }

        return devices;
    }

    private async Task<BenchServer> StartMosquittoAsync(bool withCertificate)
    {
        var port = BenchServer.FreePort();
        var file = Path.Combine(folder, "mosquitto.conf");
        await File.WriteAllTextAsync(file, $"""
            listener {port} 127.0.0.1
            certfile {keys.ServerCertificateFile}
            keyfile {keys.ServerKeyFile}
            {(withCertificate ? $"cafile {keys.DeviceAuthorityFile}\nrequire_certificate true" : "")}
            user {Environment.UserName}
            allow_anonymous true
            set_tcp_nodelay true
            persistence false
            log_type error

            """);
        return await BenchServer.StartAsync("mosquitto", port, "mosquitto", "-c", file);
    }

    private async Task<BenchServer> StartMusterAsync()
    {
        var port = BenchServer.FreePort();
        return await BenchServer.StartAsync(
            "Muster", port, "dotnet", options.Muster, "serve", "--data", data, "--https-port", "0", "--mqtt-port",
            port.ToString(CultureInfo.InvariantCulture), "--portal-port", "0", "--certificate", keys.ServerCertificateFile,
            "--certificate-key", keys.ServerKeyFile);
    }
}
