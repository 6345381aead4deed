using System.Text.Json;

namespace Muster.Core.Registration;

/// <summary>The part of a register request that an unfinished operation needs when the process has died meanwhile.</summary>
/// <param name="ApiVersion">The device's API version.</param>
/// <param name="Payload">The device's payload for custom allocation.</param>
public sealed record PendingRegistration(string ApiVersion, JsonElement? Payload)
{
    /// <summary>The device's source address, for lowest latency; null when unknown.</summary>
    public string? RemoteAddress { get; init; }
}
