using Muster.Core.Errors;

namespace Muster.Core.Allocation;

/// <summary>
/// Lowest latency. Where no latency is known for the device's network, all hubs tie, and ties are settled by the weighted hash
/// (iot-hub 5.3).
/// </summary>
public sealed class LowestLatencyAllocationPolicy : IAllocationPolicy
{
    private readonly HashedAllocationPolicy _tieBreak = new();

    /// <inheritdoc/>
    public AllocationPolicyKind Kind => AllocationPolicyKind.GeoLatency;

    /// <inheritdoc/>
    public async ValueTask<Result<AllocationResult>> AllocateAsync(AllocationRequest request, CancellationToken cancellationToken)
    {
        var tied = await _tieBreak.AllocateAsync(request, cancellationToken);
        return tied.Try(out var result, out var refusal)
            ? result with { Reason = "No latency is known for the device's network, so all hubs tie. " + result.Reason }
            : refusal;
    }
}
