using Muster.Core.Hubs;

namespace Muster.Portal.Hubs;

/// <summary>What part of new devices a hub receives under evenly weighted distribution.</summary>
/// <param name="Hub">The hub.</param>
/// <param name="Part">From 0 to 1; 0 for a hub that takes no devices.</param>
public sealed record HubShare(LinkedHub Hub, double Part)
{
    /// <summary>The shares of all hubs, in their order: a hub's weight over the sum of the weights of hubs that take devices.</summary>
    public static IReadOnlyList<HubShare> Of(IReadOnlyList<LinkedHub> hubs)
    {
        var sum = hubs.Where(hub => hub.IsOpen).Sum(Weight);
        return [.. hubs.Select(hub => new HubShare(hub, hub.IsOpen ? Weight(hub) / sum : 0))];
    }

    private static double Weight(LinkedHub hub) => hub.AllocationWeight ?? 1;
}
