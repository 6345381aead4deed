using System.Diagnostics;

namespace Muster.Bench;

/// <summary>Lets devices register, and measures the server meanwhile.</summary>
internal static class Load
{
    /// <summary>All devices, as many at a time as given: each next one starts when one is done.</summary>
    public static async Task<LoadResult> FullAsync(BenchServer server, IReadOnlyList<IDevice> devices, int concurrency)
    {
        var next = -1;
        var latencies = new double[devices.Count];
        var cpu = server.Cpu;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, concurrency).Select(async _ =>
        {
            await Task.Yield();
            for (var index = Interlocked.Increment(ref next); index < devices.Count; index = Interlocked.Increment(ref next))
                latencies[index] = await TimeAsync(devices[index], server.Port);
        }));
        return new LoadResult(devices.Count, watch.Elapsed, server.Cpu - cpu, latencies);
    }

    /// <summary>Devices that come at a steady rate, whether earlier ones are done or not.</summary>
    public static async Task<LoadResult> PacedAsync(BenchServer server, IReadOnlyList<IDevice> devices, double perSecond)
    {
        var latencies = new double[devices.Count];
        var cpu = server.Cpu;
        var watch = Stopwatch.StartNew();
        var running = new List<Task>(devices.Count);
        for (var index = 0; index < devices.Count; index++)
        {
            var due = TimeSpan.FromSeconds(index / perSecond);
            while (watch.Elapsed < due) await Task.Delay(1);
            var number = index;
            running.Add(Task.Run(async () => latencies[number] = await TimeAsync(devices[number], server.Port)));
        }

        await Task.WhenAll(running);
        return new LoadResult(devices.Count, watch.Elapsed, server.Cpu - cpu, latencies);
    }

    private static async Task<double> TimeAsync(IDevice device, int port)
    {
        var start = Stopwatch.GetTimestamp();
        await device.RegisterAsync(port);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
