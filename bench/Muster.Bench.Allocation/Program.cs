using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Muster.Core.Audit;
using Muster.Core.Hubs;
using Muster.TestKit;

// Registrations through a hub that takes so many operations a second, beside registrations to a free hub.
// Arguments: number of registrations (10000), operations a second of the limited hub (100).
var registrations = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 10_000;
var rate = args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 100;
const string slow = "slow.test";
const string free = "free.test";
const int freeSamples = 2000;

await using var hub = await RestHub.StartAsync(slow, rate);
await using var server = await RunningServer.StartAsync(hubs: [free]);
var links = server.Server.Services.GetRequiredService<LinkedHubService>();
var definition = hub.Definition;
await links.LinkAsync(
    AuditCaller.Process, server.Instance, definition with { Settings = definition.Settings! with { CallsPerSecond = rate } }, CancellationToken.None);
var keys = new Dictionary<string, byte[]>(StringComparer.Ordinal);
foreach (var (group, target) in ((string, string)[])[("slow", slow), ("alone", free), ("beside", free)])
{
    var key = keys[group] = RandomNumberGenerator.GetBytes(32);
    var more = ",\"allocationPolicy\":\"static\",\"iotHubs\":[\"" + target + "\"]";
    await server.EnrollGroupAsync(group, Convert.ToBase64String(key), more: more);
}

await FreeAsync("alone", "warm-up", 300);
var alone = await FreeAsync("alone", "alone", freeSamples);
Console.WriteLine($"free hub, nothing else:   p50 {alone.P50:0.00} ms, p99 {alone.P99:0.00} ms ({freeSamples} registrations)");

var watch = Stopwatch.StartNew();
var limited = Task.Run(SlowAsync);
var beside = new List<double>();
while (!limited.IsCompleted)
{
    // Ten thousand first answers are taken while these are measured, so the load lasts the whole time.
    beside.AddRange((await FreeAsync("beside", $"beside-{beside.Count}", 200)).All);
}

await limited;
var p50 = Percentile(beside, 0.50);
var p99 = Percentile(beside, 0.99);
var ideal = registrations / rate;
Console.WriteLine($"free hub, beside the limited one: p50 {p50:0.00} ms, p99 {p99:0.00} ms ({beside.Count} registrations); "
    + $"p99 is {p99 / alone.P99:0.00} times that of before");
Console.WriteLine($"limited hub: {registrations} registrations at {rate} operations a second in {watch.Elapsed.TotalSeconds:0.0} s; "
    + $"the limit allows {ideal:0.0} s, that is {((watch.Elapsed.TotalSeconds / ideal) - 1) * 100:+0.0;-0.0} %; "
    + $"{hub.Throttled} calls were throttled, {hub.Devices.Count} devices stand in the hub");
return hub.Devices.Count == registrations ? 0 : 1;

// Every device asks once and is told to poll; the end is when the last record says assigned.
async Task SlowAsync()
{
    await Parallel.ForEachAsync(
        Enumerable.Range(0, registrations), new ParallelOptions { MaxDegreeOfParallelism = 400 },
        async (number, _) => await RegisterAsync("slow", $"slow-{number}"));
    while (true)
    {
        var unfinished = await server.Store.ListUnfinishedRegistrationsAsync(CancellationToken.None);
        if (unfinished.Count == 0 && hub.Devices.Count >= registrations) return;
        await Task.Delay(50);
    }
}

async Task<(double P50, double P99, List<double> All)> FreeAsync(string group, string prefix, int count)
{
    var samples = new List<double>(count);
    for (var number = 0; number < count; number++)
    {
        var started = Stopwatch.GetTimestamp();
        var answer = await RegisterAsync(group, $"{prefix}-{number}");
        samples.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        if (answer != "assigned") throw new InvalidOperationException($"The free hub's device was {answer}.");
    }

    return (Percentile(samples, 0.50), Percentile(samples, 0.99), samples);
}

async Task<string?> RegisterAsync(string group, string id)
{
    var key = Convert.ToBase64String(HMACSHA256.HashData(keys[group], Encoding.UTF8.GetBytes(id)));
    var answer = await server.RegisterAsync(id, server.DeviceToken(id, key));
    return answer.Json.GetProperty("status").GetString();
}

static double Percentile(List<double> samples, double share)
{
    var sorted = samples.Order().ToList();
    return sorted[(int)Math.Min(sorted.Count - 1, Math.Ceiling(sorted.Count * share) - 1)];
}
