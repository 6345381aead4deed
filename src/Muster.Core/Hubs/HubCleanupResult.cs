namespace Muster.Core.Hubs;

/// <summary>What came of one attempt to delete an identity that was left behind.</summary>
/// <param name="Entry">The identity.</param>
/// <param name="IsDone">Whether nothing is left to do.</param>
/// <param name="Detail">The hub's answer in a sentence for the operator; no secrets.</param>
public sealed record HubCleanupResult(HubCleanup Entry, bool IsDone, string Detail);
