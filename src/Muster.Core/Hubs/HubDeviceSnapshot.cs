using System.Text.Json;
using Muster.Core.Secrets;

namespace Muster.Core.Hubs;

/// <summary>The movable part of a hub identity: what migration copies (iot-hub 4.3).</summary>
/// <param name="IsEnabled">Whether the device may connect.</param>
/// <param name="StatusReason">Why it is disabled; null when none was given.</param>
/// <param name="IotEdge">The capability flag.</param>
/// <param name="Tags">Twin tags.</param>
/// <param name="Desired">Desired properties without metadata and version.</param>
/// <param name="Reported">Reported properties without metadata and version.</param>
public sealed record HubDeviceSnapshot(
    bool IsEnabled, string? StatusReason, bool IotEdge, JsonElement? Tags, JsonElement? Desired, JsonElement? Reported)
{
    /// <summary>The keys of an identity of type <c>sas</c>; null for other types. They are not moved.</summary>
    public SymmetricKeyPair? Keys { get; init; }

    /// <summary>Whether an earlier look at it said that it is disabled.</summary>
    public bool WasDisabled { get; init; }

    /// <summary>Whether another look at the device showed the same.</summary>
    public bool HasSameContentAs(HubDeviceSnapshot other) =>
        (IsEnabled, StatusReason, IotEdge) == (other.IsEnabled, other.StatusReason, other.IotEdge)
        && HubTwin.AreEqual(Tags, other.Tags) && HubTwin.AreEqual(Desired, other.Desired) && HubTwin.AreEqual(Reported, other.Reported);
}
