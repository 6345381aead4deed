using System.Globalization;

namespace Muster.Bench;

/// <summary>What a load showed.</summary>
internal sealed record LoadResult(int Count, TimeSpan Wall, TimeSpan Cpu, double[] Latencies)
{
    public double CpuMilliseconds => Cpu.TotalMilliseconds / Count;

    public double PerSecond => Count / Wall.TotalSeconds;

    /// <summary>What one core could do if it did nothing else.</summary>
    public double PerCoreSecond => 1000 / CpuMilliseconds;

    /// <summary>The one in the middle of some rounds, by CPU.</summary>
    public static LoadResult Median(IReadOnlyCollection<LoadResult> results) =>
        results.OrderBy(result => result.CpuMilliseconds).ElementAt(results.Count / 2);

    /// <summary>A row of a Markdown table.</summary>
    public string Row(string name, string ratio, LoadResult half) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {name} | {CpuMilliseconds:0.00} ms | {PerCoreSecond:0} (reached {PerSecond:0}) | {ratio} "
        + $"| {half.Percentile(0.5):0.0} / {half.Percentile(0.99):0.0} ms at {half.PerSecond:0}/s |");

    public double Percentile(double part)
    {
        var sorted = Latencies.Order().ToArray();
        return sorted[(int)Math.Min(sorted.Length - 1, Math.Ceiling(part * sorted.Length))];
    }
}
