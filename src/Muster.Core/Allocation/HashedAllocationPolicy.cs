using System.Globalization;
using Muster.Core.Errors;

namespace Muster.Core.Allocation;

/// <summary>Evenly weighted distribution: the candidate with the highest <see cref="RendezvousHash"/> score, ties by host name.</summary>
public sealed class HashedAllocationPolicy : IAllocationPolicy
{
    /// <inheritdoc/>
    public AllocationPolicyKind Kind => AllocationPolicyKind.Hashed;

    /// <inheritdoc/>
    public ValueTask<Result<AllocationResult>> AllocateAsync(AllocationRequest request, CancellationToken cancellationToken)
    {
        var scores = request.Candidates
            .Select(hub => (hub.HostName, Score: RendezvousHash.Score(request.RegistrationId, hub.HostName, hub.AllocationWeight ?? 1)))
            .OrderByDescending(entry => entry.Score).ThenBy(entry => entry.HostName, StringComparer.OrdinalIgnoreCase)
            .ToList();
        var listing = string.Join(", ", scores.Take(10).Select(entry =>
            $"{entry.HostName} {entry.Score.ToString("0.###", CultureInfo.InvariantCulture)}"));
        return ValueTask.FromResult<Result<AllocationResult>>(
            new AllocationResult(scores[0].HostName, $"Evenly weighted distribution; scores: {listing}."));
    }
}
