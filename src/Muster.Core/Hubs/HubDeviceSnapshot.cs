using System.Text.Json;

namespace Muster.Core.Hubs;

/// <summary>The movable part of a hub identity: what migration copies (iot-hub 4.3).</summary>
/// <param name="IsEnabled">Whether the device may connect.</param>
/// <param name="StatusReason">Why it is disabled; null when none was given.</param>
/// <param name="IotEdge">The capability flag.</param>
/// <param name="Tags">Twin tags.</param>
/// <param name="Desired">Desired properties without metadata and version.</param>
/// <param name="Reported">Reported properties without metadata and version.</param>
public sealed record HubDeviceSnapshot(
    bool IsEnabled, string? StatusReason, bool IotEdge, JsonElement? Tags, JsonElement? Desired, JsonElement? Reported);
