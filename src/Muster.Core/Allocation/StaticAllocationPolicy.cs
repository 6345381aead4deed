using Muster.Core.Errors;

namespace Muster.Core.Allocation;

/// <summary>Static configuration: the one hub that the enrollment names (iot-hub 5.4).</summary>
public sealed class StaticAllocationPolicy : IAllocationPolicy
{
    /// <inheritdoc/>
    public AllocationPolicyKind Kind => AllocationPolicyKind.Static;

    /// <inheritdoc/>
    public ValueTask<Result<AllocationResult>> AllocateAsync(AllocationRequest request, CancellationToken cancellationToken) =>
        ValueTask.FromResult<Result<AllocationResult>>(request.Candidates.Count == 1
            ? new AllocationResult(request.Candidates[0].HostName, "Static configuration names this hub.")
            : AllocationRefusals.StaticNeedsOneHub(request.Candidates.Count));
}
