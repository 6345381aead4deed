using System.Text.Json;

namespace Muster.EmbeddedHub.Twins;

/// <summary>Desired or reported properties with their metadata and version (iot-hub 3.2). Immutable.</summary>
public sealed record TwinSection
{
    /// <summary>The properties: an object without <c>$</c>-members.</summary>
    public required JsonElement Values { get; init; }

    /// <summary>The <c>$metadata</c> object.</summary>
    public required JsonElement Metadata { get; init; }

    /// <summary>The <c>$version</c>: 1 when fresh, one more with every write, even one that changes no value.</summary>
    public required long Version { get; init; }

    /// <summary>An empty section of version 1.</summary>
    /// <param name="now">The device's creation time.</param>
    /// <param name="stampsVersion">Whether the metadata holds <c>$lastUpdatedVersion</c>: desired properties only.</param>
    internal static TwinSection CreateNew(DateTimeOffset now, bool stampsVersion) => new()
    {
        Values = JsonText.EmptyObject,
        Metadata = TwinMetadata.Merge(JsonText.EmptyObject, JsonText.EmptyObject, now, stampsVersion ? 1 : null),
        Version = 1,
    };

    /// <summary>The section after a merge.</summary>
    internal TwinSection Merge(JsonElement patch, DateTimeOffset now, bool stampsVersion) => new()
    {
        Values = TwinMerge.Values(Values, patch),
        Metadata = TwinMetadata.Merge(Metadata, patch, now, stampsVersion ? Version + 1 : null),
        Version = Version + 1,
    };

    /// <summary>The section with other values.</summary>
    internal TwinSection Replace(JsonElement values, DateTimeOffset now, bool stampsVersion) => new()
    {
        Values = TwinMerge.Clean(values),
        Metadata = TwinMetadata.Merge(JsonText.EmptyObject, values, now, stampsVersion ? Version + 1 : null),
        Version = Version + 1,
    };
}
