using System.Globalization;
using System.Net.Security;
using Muster.Protocols.Sas;

namespace Muster.Bench;

/// <summary>
/// Muster beside mosquitto: the same certificate, the same packets, the same client, each server alone on the first core. mosquitto
/// neither verifies a token nor stores anything: it is the floor that TLS and MQTT set.
/// </summary>
internal sealed class Comparison(BenchOptions options, string folder)
{
    private readonly BenchKeys _keys = BenchKeys.Create(folder);
    private string _scope = "";
    private int _batch;

    public async Task RunAsync(TextWriter output)
    {
        var data = Path.Combine(folder, "data");
        _scope = await MusterSeed.PlantAsync(data, _keys);

        await output.WriteLineAsync("| | server CPU per registration | registrations per second and core | ratio | p50 / p99 at half load |");
        await output.WriteLineAsync("| --- | --- | --- | --- | --- |");
        foreach (var withCertificate in (bool[])[false, true])
        {
            using var mosquitto = options.Only == "muster" ? null : await StartMosquittoAsync(withCertificate);
            using var muster = options.Only == "mosquitto" ? null : await StartMusterAsync(data);
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
            using var muster = await StartMusterAsync(data);
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

        var floor = mosquitto is null ? null : Median(results[mosquitto]);
        foreach (var server in servers)
        {
            var full = Median(results[server]);
            var half = await Load.PacedAsync(server, Devices(server, withCertificate, options.Registrations), full.PerSecond / 2);
            var ratio = floor is null ? "" : (full.CpuMilliseconds / floor.CpuMilliseconds).ToString("0.00", CultureInfo.InvariantCulture);
            await output.WriteLineAsync(Line($"{server.Name}, {(withCertificate ? "X.509" : "SAS")}", full, ratio, half));
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
            foreach (var device in devices) open.Add(await device.OpenAsync(server.Port));
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

    private List<Device> Devices(BenchServer server, bool withCertificate, int count)
    {
        var batch = _batch++;
        var expiry = DateTimeOffset.UtcNow.AddHours(1);
        var isBroker = server.Name == "mosquitto";
        var devices = new List<Device>(count);
        for (var number = 0; number < count; number++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"bench-{batch}-{number}");
            var certificate = withCertificate ? _keys.DeviceCertificate(id) : null;
            var token = withCertificate ? null : SasTokenBuilder.Create($"{_scope}/registrations/{id}", _keys.DeviceKey(id), expiry, "registration");
            devices.Add(isBroker ? Device.OfBroker(_scope, id, token, certificate) : Device.OfMuster(_scope, id, token, certificate));
        }

        return devices;
    }

    private async Task<BenchServer> StartMosquittoAsync(bool withCertificate)
    {
        var port = BenchServer.FreePort();
        var file = Path.Combine(folder, "mosquitto.conf");
        await File.WriteAllTextAsync(file, $"""
            listener {port} 127.0.0.1
            certfile {_keys.ServerCertificateFile}
            keyfile {_keys.ServerKeyFile}
            {(withCertificate ? $"cafile {_keys.DeviceAuthorityFile}\nrequire_certificate true" : "")}
            user {Environment.UserName}
            allow_anonymous true
            set_tcp_nodelay true
            persistence false
            log_type error

            """);
        return await BenchServer.StartAsync("mosquitto", port, "mosquitto", "-c", file);
    }

    private async Task<BenchServer> StartMusterAsync(string data)
    {
        var port = BenchServer.FreePort();
        return await BenchServer.StartAsync(
            "Muster", port, "dotnet", options.Muster, "serve", "--data", data, "--https-port", "0", "--mqtt-port",
            port.ToString(CultureInfo.InvariantCulture), "--portal-port", "0", "--certificate", _keys.ServerCertificateFile,
            "--certificate-key", _keys.ServerKeyFile);
    }

    private static LoadResult Median(List<LoadResult> results) => results.OrderBy(result => result.CpuMilliseconds).ElementAt(results.Count / 2);

    private static string Line(string name, LoadResult full, string ratio, LoadResult half) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {name} | {full.CpuMilliseconds:0.00} ms | {full.PerCoreSecond:0} (reached {full.PerSecond:0}) | {ratio} "
        + $"| {half.Percentile(0.5):0.0} / {half.Percentile(0.99):0.0} ms at {half.PerSecond:0}/s |");
}
