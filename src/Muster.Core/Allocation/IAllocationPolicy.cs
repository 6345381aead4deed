using Muster.Core.Errors;

namespace Muster.Core.Allocation;

/// <summary>Chooses a hub. A refusal becomes a registration in state failed with its code and text.</summary>
public interface IAllocationPolicy
{
    /// <summary>Which policy this is.</summary>
    AllocationPolicyKind Kind { get; }

    /// <summary>Chooses one of the candidates.</summary>
    ValueTask<Result<AllocationResult>> AllocateAsync(AllocationRequest request, CancellationToken cancellationToken);
}
