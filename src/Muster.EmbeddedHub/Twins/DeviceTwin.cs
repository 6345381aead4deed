using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Muster.EmbeddedHub.Twins;

/// <summary>A device twin: tags, desired and reported properties (iot-hub 3.2). Immutable; its contents never print.</summary>
public sealed record DeviceTwin
{
    /// <summary>The tags: an object that only the service side sees.</summary>
    public required JsonElement Tags { get; init; }

    /// <summary>What the service side wants.</summary>
    public required TwinSection Desired { get; init; }

    /// <summary>What the device says.</summary>
    public required TwinSection Reported { get; init; }

    /// <summary>1 when fresh, one more with every write of tags or desired properties; reported ones leave it.</summary>
    public required long ETagCounter { get; init; }

    /// <summary>The etag without quotes: Base64 of the counter as eight bytes, highest first.</summary>
    [JsonIgnore]
    public string ETag
    {
        get
        {
            Span<byte> bytes = stackalloc byte[sizeof(long)];
            BinaryPrimitives.WriteInt64BigEndian(bytes, ETagCounter);
            return Convert.ToBase64String(bytes);
        }
    }

    /// <summary>The twin's <c>version</c>, which real hubs start at 2.</summary>
    [JsonIgnore]
    public long Version => ETagCounter + 1;

    internal static DeviceTwin CreateNew(DateTimeOffset now) => new()
    {
        Tags = JsonText.EmptyObject,
        Desired = TwinSection.CreateNew(now, stampsVersion: true),
        Reported = TwinSection.CreateNew(now, stampsVersion: false),
        ETagCounter = 1,
    };

    /// <inheritdoc/>
    public override string ToString() =>
        $"DeviceTwin {{ ETag = {ETag}, Desired = version {Desired.Version}, Reported = version {Reported.Version} }}";
}
