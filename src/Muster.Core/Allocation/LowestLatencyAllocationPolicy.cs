using System.Globalization;
using Muster.Core.Errors;
using Muster.Core.Hubs;

namespace Muster.Core.Allocation;

/// <summary>
/// Lowest latency: by the configured table of source networks; where that says nothing, by what the service measures to the hubs
/// itself. Hubs that tie are settled by the weighted hash (iot-hub 5.3).
/// </summary>
public sealed class LowestLatencyAllocationPolicy : IAllocationPolicy
{
    // Measured values waver: what lies this close to the best one ties with it, so that devices do not wander.
    private const double MeasuredTolerance = 1.25;
    private static readonly TimeSpan MeasuredSlack = TimeSpan.FromMilliseconds(5);

    private readonly LatencyTable _table;
    private readonly HubLanes _lanes;
    private readonly HashedAllocationPolicy _tieBreak = new();

    /// <summary>Makes the policy.</summary>
    public LowestLatencyAllocationPolicy(LatencyTable table, HubLanes lanes)
    {
        _table = table;
        _lanes = lanes;
    }

    /// <inheritdoc/>
    public AllocationPolicyKind Kind => AllocationPolicyKind.GeoLatency;

    /// <inheritdoc/>
    public async ValueTask<Result<AllocationResult>> AllocateAsync(AllocationRequest request, CancellationToken cancellationToken)
    {
        var (tied, reason) = ByTable(request) ?? ByMeasurement(request)
            ?? (request.Candidates, "No latency is known for the device's network, so all hubs tie.");
        if (tied.Count == 1) return new AllocationResult(tied[0].HostName, reason);
        var settled = await _tieBreak.AllocateAsync(request with { Candidates = tied }, cancellationToken);
        return settled.Try(out var result, out var refusal) ? result with { Reason = $"{reason} {result.Reason}" } : refusal;
    }

    private (IReadOnlyList<LinkedHub> Tied, string Reason)? ByTable(AllocationRequest request)
    {
        if (_table.Find(request.RemoteAddress) is not { } row) return null;
        var known = new List<(LinkedHub Hub, double Milliseconds)>();
        foreach (var hub in request.Candidates)
        {
            if (hub.Location is { } location && row.Milliseconds.TryGetValue(location, out var milliseconds)) known.Add((hub, milliseconds));
        }

        if (known.Count == 0) return null;
        var best = known.Min(entry => entry.Milliseconds);
        var listing = string.Join(", ", known.OrderBy(entry => entry.Milliseconds).Take(10)
            .Select(entry => string.Create(CultureInfo.InvariantCulture, $"{entry.Hub.HostName} {entry.Milliseconds:0.###} ms")));
        return ([.. known.Where(entry => entry.Milliseconds == best).Select(entry => entry.Hub)],
            $"Lowest latency from {row.Source} by the configured table: {listing}.");
    }

    private (IReadOnlyList<LinkedHub> Tied, string Reason)? ByMeasurement(AllocationRequest request)
    {
        var measured = request.Candidates.Select(hub => (Hub: hub, _lanes.HealthOf(hub.HostName).Latency)).ToList();

        // A hub that was never called is neither near nor far.
        if (measured.Exists(entry => entry.Latency is null)) return null;
        var limit = (measured.Min(entry => entry.Latency!.Value) * MeasuredTolerance) + MeasuredSlack;
        var near = measured.Where(entry => entry.Latency <= limit).Select(entry => entry.Hub).ToList();
        var listing = string.Join(", ", measured.OrderBy(entry => entry.Latency).Take(10)
            .Select(entry => string.Create(CultureInfo.InvariantCulture, $"{entry.Hub.HostName} {entry.Latency!.Value.TotalMilliseconds:0} ms")));
        var reason = $"Lowest latency as measured by this server, for want of a table row: {listing}.";

        // A device that stands well stays there.
        var current = near.Find(hub => hub.HostName.Equals(request.Current?.HubHostName, StringComparison.OrdinalIgnoreCase));
        return (current is null ? near : [current], reason);
    }
}
