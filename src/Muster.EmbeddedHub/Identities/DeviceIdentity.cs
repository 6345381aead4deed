using System.Collections.Immutable;

namespace Muster.EmbeddedHub.Identities;

/// <summary>A device's entry in the identity registry (iot-hub 3.1).</summary>
public sealed record DeviceIdentity
{
    /// <summary>The id: see <see cref="DeviceIds"/>; compares by case.</summary>
    public required string DeviceId { get; init; }

    /// <summary>Changes when a device is deleted and made again: a decimal number of ticks.</summary>
    public required string GenerationId { get; init; }

    /// <summary>Changes with every write of the identity; Base64 of a decimal number, without quotes.</summary>
    public required string ETag { get; init; }

    /// <summary>Whether the device may connect.</summary>
    public required DeviceStatus Status { get; init; }

    /// <summary>The operator's reason for the status, at most 128 characters; null when none.</summary>
    public string? StatusReason { get; init; }

    /// <summary>When <see cref="Status"/> last changed, UTC; null since creation.</summary>
    public DateTimeOffset? StatusUpdatedAt { get; init; }

    /// <summary>Whether the device is an IoT Edge device.</summary>
    public required bool IotEdge { get; init; }

    /// <summary>An edge device's own scope, made by the hub; or the scope of a leaf device's parent; null when none.</summary>
    public string? DeviceScope { get; init; }

    /// <summary>The scopes of the parents.</summary>
    public ImmutableArray<string> ParentScopes { get; init; } = [];

    /// <summary>The credentials.</summary>
    public required DeviceAuthentication Authentication { get; init; }
}
