using System.Diagnostics;

namespace Muster.Bench.ServiceApi;

/// <summary>How long each of many calls took.</summary>
/// <param name="sorted">Milliseconds, ascending.</param>
internal sealed class Latencies(double[] sorted)
{
    public double Median => At(0.50);

    public double P99 => At(0.99);

    /// <summary>Makes the calls one after another; the first twentieth warms up and does not count.</summary>
    public static async Task<Latencies> MeasureAsync(int calls, Func<int, Task> call)
    {
        for (var i = 0; i < calls / 20; i++) await call(i);
        var times = new double[calls];
        for (var i = 0; i < calls; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await call(i);
            times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Array.Sort(times);
        return new Latencies(times);
    }

    private double At(double share) => sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))];
}
