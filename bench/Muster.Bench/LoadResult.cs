namespace Muster.Bench;

/// <summary>What a load showed.</summary>
internal sealed record LoadResult(int Count, TimeSpan Wall, TimeSpan Cpu, double[] Latencies)
{
    public double CpuMilliseconds => Cpu.TotalMilliseconds / Count;

    public double PerSecond => Count / Wall.TotalSeconds;

    /// <summary>What one core could do if it did nothing else.</summary>
    public double PerCoreSecond => 1000 / CpuMilliseconds;

    public double Percentile(double part)
    {
        var sorted = Latencies.Order().ToArray();
        return sorted[(int)Math.Min(sorted.Length - 1, Math.Ceiling(part * sorted.Length))];
    }
}
