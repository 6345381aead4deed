using System.Globalization;
using System.Text.Json;

namespace Muster.EmbeddedHub.Twins;

/// <summary>
/// The <c>$metadata</c> of a properties section: <c>$lastUpdated</c> at every level, and in desired properties
/// <c>$lastUpdatedVersion</c>. A deleted member loses its own entry; that it went shows in the time of the level above (iot-hub 3.2).
/// </summary>
internal static class TwinMetadata
{
    /// <summary>The metadata after a merge of <paramref name="patch"/>. What the patch does not name keeps its stamp.</summary>
    /// <param name="current">The metadata before; <c>{}</c> starts afresh.</param>
    /// <param name="patch">The object laid over the values.</param>
    /// <param name="now">The time of the write.</param>
    /// <param name="version">The section's new version; null for sections whose metadata has none.</param>
    public static JsonElement Merge(JsonElement current, JsonElement patch, DateTimeOffset now, long? version)
    {
        var stamp = new Stamp(Timestamp(now), version);
        return JsonText.Build(writer => WriteMerged(writer, current, patch, stamp));
    }

    /// <summary>A time as the hub writes it: UTC, seven decimals, <c>Z</c>.</summary>
    public static string Timestamp(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);

    private static void WriteMerged(Utf8JsonWriter writer, JsonElement current, JsonElement patch, Stamp stamp)
    {
        var changes = JsonText.Members(patch);
        var existing = JsonText.Members(current);
        writer.WriteStartObject();
        stamp.WriteTo(writer);
        foreach (var (name, entry) in existing)
        {
            if (changes.TryGetValue(name, out var change))
            {
                WriteChange(writer, name, entry, change, stamp);
            }
            else
            {
                writer.WritePropertyName(name);
                entry.WriteTo(writer);
            }
        }

        foreach (var (name, change) in changes)
        {
            if (!existing.ContainsKey(name)) WriteChange(writer, name, default, change, stamp);
        }

        writer.WriteEndObject();
    }

    private static void WriteChange(Utf8JsonWriter writer, string name, JsonElement entry, JsonElement change, Stamp stamp)
    {
        if (change.ValueKind == JsonValueKind.Null) return;
        writer.WritePropertyName(name);
        if (change.ValueKind == JsonValueKind.Object)
        {
            WriteMerged(writer, entry, change, stamp);
            return;
        }

        writer.WriteStartObject();
        stamp.WriteTo(writer);
        writer.WriteEndObject();
    }

    private readonly record struct Stamp(string LastUpdated, long? Version)
    {
        public void WriteTo(Utf8JsonWriter writer)
        {
            writer.WriteString("$lastUpdated", LastUpdated);
            if (Version is { } version) writer.WriteNumber("$lastUpdatedVersion", version);
        }
    }
}
