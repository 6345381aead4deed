using System.Collections.Immutable;

namespace Muster.EmbeddedHub.Identities;

/// <summary>
/// The writable part of an identity, as a create or an update asks for it. What is null is not given: a create takes the default,
/// an update keeps what is there.
/// </summary>
public sealed record DeviceWrite
{
    /// <summary>The device's id.</summary>
    public required string DeviceId { get; init; }

    /// <summary>Default: enabled.</summary>
    public DeviceStatus? Status { get; init; }

    /// <summary>The reason for the status, at most 128 characters.</summary>
    public string? StatusReason { get; init; }

    /// <summary>Whether an update removes the reason; then <see cref="StatusReason"/> is null.</summary>
    public bool ClearsStatusReason { get; init; }

    /// <summary>Default: symmetric keys made by the hub.</summary>
    public DeviceAuthentication? Authentication { get; init; }

    /// <summary>Default: no edge device.</summary>
    public bool? IotEdge { get; init; }

    /// <summary>The parent's scope; ignored for edge devices, whose scope the hub makes.</summary>
    public string? DeviceScope { get; init; }

    /// <summary>The scopes of the parents.</summary>
    public ImmutableArray<string>? ParentScopes { get; init; }
}
