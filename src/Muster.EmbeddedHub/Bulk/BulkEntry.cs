using System.Text.Json;
using Muster.EmbeddedHub.Errors;
using Muster.EmbeddedHub.Identities;
using Muster.EmbeddedHub.Twins;

namespace Muster.EmbeddedHub.Bulk;

/// <summary>One entry of a bulk request (iot-hub 3.3).</summary>
public sealed record BulkEntry
{
    /// <summary>What to do.</summary>
    public required BulkMode Mode { get; init; }

    /// <summary>The device's id and identity; the id alone counts for deletions and twin updates.</summary>
    public required DeviceWrite Identity { get; init; }

    /// <summary>The identity's etag for the modes that compare it; null when not given.</summary>
    public string? ETag { get; init; }

    /// <summary>The twin's etag for <see cref="BulkMode.UpdateTwinIfMatchETag"/>; null when not given.</summary>
    public string? TwinETag { get; init; }

    /// <summary>Tags and desired properties; a section that is given replaces the stored one.</summary>
    public TwinWrite Twin { get; init; } = new();

    /// <summary>Reported properties, as an export holds them; the only way to write them from the service side.</summary>
    public JsonElement? Reported { get; init; }

    /// <summary>Why the entry could not be read; null when it could.</summary>
    public HubError? Unreadable { get; init; }
}
