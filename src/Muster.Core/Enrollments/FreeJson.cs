using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Muster.Core.Enrollments;

/// <summary>Free JSON of operators: kept as sent, only members that are null are dropped (service-api S-6.8).</summary>
public static class FreeJson
{
    /// <summary>The deepest nesting that is stored.</summary>
    public const int MaxDepth = 32;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// A copy of <paramref name="element"/> that lives on its own, without members that are null at any depth; nulls in arrays stay,
    /// because they hold a place. Numbers keep their digits.
    /// </summary>
    public static JsonElement? WithoutNulls(JsonElement? element)
    {
        if (element is not { } given) return null;
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options)) Copy(given, writer);
        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }

    /// <summary>How deep <paramref name="element"/> nests: 0 for a plain value, 1 for an object or array of plain values.</summary>
    public static int DepthOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => 1 + element.EnumerateObject().Select(member => DepthOf(member.Value)).DefaultIfEmpty().Max(),
        JsonValueKind.Array => 1 + element.EnumerateArray().Select(DepthOf).DefaultIfEmpty().Max(),
        _ => 0,
    };

    private static void Copy(JsonElement element, Utf8JsonWriter writer)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in element.EnumerateObject())
                {
                    if (member.Value.ValueKind == JsonValueKind.Null) continue;
                    writer.WritePropertyName(member.Name);
                    Copy(member.Value, writer);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray()) Copy(item, writer);
                writer.WriteEndArray();
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }
}
