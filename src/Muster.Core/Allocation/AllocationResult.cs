using System.Text.Json;
using Muster.Core.Enrollments;

namespace Muster.Core.Allocation;

/// <summary>An allocation policy's answer.</summary>
/// <param name="HubHostName">The hub, one of the candidates.</param>
/// <param name="Reason">Why this one, for the trace.</param>
public sealed record AllocationResult(string HubHostName, string Reason)
{
    /// <summary>A twin that replaces the enrollment's, or null.</summary>
    public InitialTwin? InitialTwin { get; init; }

    /// <summary>What the device is told besides, or null.</summary>
    public JsonElement? Payload { get; init; }
}
