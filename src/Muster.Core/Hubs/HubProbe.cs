namespace Muster.Core.Hubs;

/// <summary>What trying a hub showed (iot-hub 10.1).</summary>
/// <param name="Outcome">The verdict.</param>
/// <param name="Detail">A sentence for the operator: what to do, or the hub's words. No secrets.</param>
/// <param name="Latency">How long the first answer took; null when there was none.</param>
public sealed record HubProbe(HubProbeOutcome Outcome, string Detail, TimeSpan? Latency = null);
