using System.Text.Json;

namespace Muster.EmbeddedHub.Twins;

/// <summary>
/// The merge of a twin section: objects merge member by member, null deletes, arrays and scalars replace (iot-hub 3.2). Pure.
/// </summary>
public static class TwinMerge
{
    /// <summary>The values after <paramref name="patch"/> is laid over <paramref name="current"/>; both are objects.</summary>
    public static JsonElement Values(JsonElement current, JsonElement patch) =>
        JsonText.Build(writer => WriteMerged(writer, current, patch));

    /// <summary>The values of a section that is replaced as a whole: without nulls and without <c>$</c>-members.</summary>
    public static JsonElement Clean(JsonElement values) => Values(JsonText.EmptyObject, values);

    private static void WriteMerged(Utf8JsonWriter writer, JsonElement current, JsonElement patch)
    {
        var changes = JsonText.Members(patch);
        var existing = JsonText.Members(current);
        writer.WriteStartObject();
        foreach (var (name, value) in existing)
        {
            if (changes.TryGetValue(name, out var change))
            {
                WriteChange(writer, name, value, change);
            }
            else
            {
                writer.WritePropertyName(name);
                value.WriteTo(writer);
            }
        }

        foreach (var (name, change) in changes)
        {
            if (!existing.ContainsKey(name)) WriteChange(writer, name, default, change);
        }

        writer.WriteEndObject();
    }

    private static void WriteChange(Utf8JsonWriter writer, string name, JsonElement existing, JsonElement change)
    {
        if (change.ValueKind == JsonValueKind.Null) return;
        writer.WritePropertyName(name);
        if (change.ValueKind == JsonValueKind.Object) WriteMerged(writer, existing, change);
        else WriteValue(writer, change);
    }

    /// <summary>An array is a value: what is inside is kept, null included; only the hub's own <c>$</c>-members are not.</summary>
    private static void WriteValue(Utf8JsonWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray()) WriteValue(writer, item);
                writer.WriteEndArray();
                break;
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var (name, member) in JsonText.Members(value))
                {
                    writer.WritePropertyName(name);
                    WriteValue(writer, member);
                }

                writer.WriteEndObject();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }
}
