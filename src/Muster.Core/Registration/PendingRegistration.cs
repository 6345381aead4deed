using System.Text.Json;

namespace Muster.Core.Registration;

/// <summary>The part of a register request that an unfinished operation needs when the process has died meanwhile.</summary>
/// <param name="ApiVersion">The device's API version.</param>
/// <param name="Payload">The device's payload for custom allocation.</param>
/// <param name="LeafSha256">
/// SHA-256 thumbprint of the certificate with which the device proved itself, upper-case hex; null for other mechanisms. The hub
/// identity is made with it, and only the device could tell it again.
/// </param>
public sealed record PendingRegistration(string ApiVersion, JsonElement? Payload, string? LeafSha256 = null)
{
    /// <summary>The device's source address, for lowest latency; null when unknown.</summary>
    public string? RemoteAddress { get; init; }
}
