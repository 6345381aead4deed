using System.Diagnostics;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Muster.Composition;
using Muster.Core.Audit;
using Muster.Core.Registration;
using Muster.TestKit;
using Muster.Tests;

namespace Muster.Hubs.Tests.Registration;

/// <summary>The server is a process of its own and is killed, not stopped, in the middle of a move between two hubs elsewhere.</summary>
public sealed class KilledProcessTests
{
    private const string From = "from.test";
    private const string To = "to.test";

    // Every call of a move in its order; a write is cut off before the hub does it and after. "status" is that of a disabled device.
    [Theory]
    [InlineData(From, "GET /devices/", 1, false)]
    [InlineData(From, "GET /twins/", 1, false)]
    [InlineData(To, "PUT /devices/", 1, false)]
    [InlineData(To, "PUT /devices/", 1, true)]
    [InlineData(To, "PUT /twins/", 1, false)]
    [InlineData(To, "PUT /twins/", 1, true)]
    [InlineData(To, "POST /devices", 1, false)]
    [InlineData(To, "POST /devices", 1, true)]
    [InlineData(To, "GET /devices/", 1, false)]
    [InlineData(To, "PUT /devices/", 2, false)]
    [InlineData(To, "PUT /devices/", 2, true)]
    [InlineData(To, "GET /devices/", 2, false)]
    [InlineData(To, "GET /twins/", 1, false)]
    [InlineData(From, "DELETE /devices/", 1, false)]
    [InlineData(From, "DELETE /devices/", 1, true)]
    public async Task A_killed_move_ends_in_one_hub_with_its_twin(string where, string call, int time, bool afterwards)
    {
        var folder = Directory.CreateTempSubdirectory("muster-test-").FullName;
        await using var from = await RestHub.StartAsync(From);
        await using var to = await RestHub.StartAsync(To);
        try
        {
            // The device stands in the first hub; a server in this process prepares that and goes.
            string key;
            await using (var hubs = await TwoHubs.StartAsync(folder: folder))
            {
                key = hubs.Key;
                foreach (var hub in (RestHub[])[from, to]) await hubs.Links.LinkAsync(AuditCaller.Process, hubs.Server.Instance, hub.Definition, default);
                await hubs.EnrollAsync(From, TwoHubs.Migrate);
                Assert.Equal("from.test/initialAssignment", await hubs.OutcomeAsync());
                await hubs.EnrollAsync(To, TwoHubs.Migrate);
            }

            from.Devices[TwoHubs.Device].Tags["site"] = "used";
            from.Devices[TwoHubs.Device].Reported["firmware"] = "1.2";
            from.Devices[TwoHubs.Device].Identity["status"] = "disabled";
            from.Devices[TwoHubs.Device].Identity["statusReason"] = "lost";

            using (var process = Start(folder))
            {
                // The hub is asked, and nobody is left to hear of it.
                var hub = where == From ? from : to;
                var killed = new TaskCompletionSource();
                async Task KillAsync(HttpContext context)
                {
                    process.Kill();
                    await process.WaitForExitAsync();
                    await (afterwards ? hub.DoAndBreakOff(context) : RestHub.BreakOff(context));
                    killed.TrySetResult();
                }

                // A step stays first in the script until its call comes, so that the second one follows the first.
                for (var earlier = 1; earlier < time; earlier++) hub.Next(call, hub.Do);
                hub.Next(call, KillAsync);
                var endpoints = await ReadyAsync(folder, process);
                var register = RegisterAsync(endpoints, key);
                await killed.Task.WaitAsync(TimeSpan.FromMinutes(1));
                await Assert.ThrowsAnyAsync<Exception>(() => register);
            }

            Assert.True(from.Devices.ContainsKey(TwoHubs.Device) || to.Devices.ContainsKey(TwoHubs.Device));
            await using var restarted = await TwoHubs.StartAsync(folder: folder);
            await Eventually.TrueAsync(
                async () => await restarted.RecordAsync() is { Status: RegistrationStatus.Assigned } record
                    && from.Devices.ContainsKey(TwoHubs.Device) == (record.Assignment!.HubHostName == From)
                    && to.Devices.ContainsKey(TwoHubs.Device) == (record.Assignment!.HubHostName == To),
                "one hub has the device and the record says which");
            var device = (from.Devices.GetValueOrDefault(TwoHubs.Device) ?? to.Devices[TwoHubs.Device]);
            Assert.Equal(("used", "1.2"), ((string?)device.Tags["site"], (string?)device.Reported["firmware"]));
            Assert.Equal(("disabled", "lost"), ((string?)device.Identity["status"], (string?)device.Identity["statusReason"]));

            var answer = await restarted.OutcomeAsync(key: key);
            Assert.StartsWith(To, answer, StringComparison.Ordinal);
            await Eventually.TrueAsync(() => Task.FromResult(from.Devices.IsEmpty), "the old hub is clean");
            Assert.Equal("used", (string?)to.Devices[TwoHubs.Device].Tags["site"]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Process Start(string folder)
    {
        File.Delete(Path.Combine(folder, "endpoints.json"));
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                typeof(MusterServer).Assembly.Location, "serve", "--data", folder,
                "--https-port", "0", "--mqtt-port", "0", "--amqp-port", "0", "--portal-port", "0", "--crl-port", "0",
            },
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static async Task<JsonElement> ReadyAsync(string folder, Process process)
    {
        var file = Path.Combine(folder, "endpoints.json");
        await Eventually.TrueAsync(() => Task.FromResult(File.Exists(file) || process.HasExited), "the server serves");
        Assert.False(process.HasExited);
        return TwoHubs.Json(await File.ReadAllTextAsync(file));
    }

    private static async Task RegisterAsync(JsonElement endpoints, string key)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(endpoints.GetProperty("rootCertificate").GetString()!);
        using var handler = new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy } };
        using var client = new HttpClient(handler);
        var scope = endpoints.GetProperty("idScope").GetString();
        var address = $"https://localhost:{endpoints.GetProperty("httpsPort").GetInt32()}/{scope}/registrations/{TwoHubs.Device}";
        using var request = new HttpRequestMessage(HttpMethod.Put, $"{address}/register?api-version=2021-06-01");
        var token = Protocols.Sas.SasTokenBuilder.Create(
            $"{scope}/registrations/{TwoHubs.Device}", Convert.FromBase64String(key), DateTimeOffset.UtcNow.AddHours(1), "registration");
        request.Headers.TryAddWithoutValidation("Authorization", token);
        request.Content = new StringContent("{}", System.Text.Encoding.UTF8, "application/json");
        using var response = await client.SendAsync(request);

        // Where the answer came before the kill, the poll goes to nobody.
        using var poll = await client.GetAsync(new Uri($"{address}?api-version=2021-06-01"));
    }
}
