using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Muster.EmbeddedHub.Twins;

/// <summary>Small pieces of JSON work: building an element with a writer, the members of an object.</summary>
internal static class JsonText
{
    /// <summary>Readable output: only what JSON itself demands is escaped. Answers are JSON, never part of a page.</summary>
    public static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The element <c>{}</c>.</summary>
    public static readonly JsonElement EmptyObject = Build(static writer =>
    {
        writer.WriteStartObject();
        writer.WriteEndObject();
    });

    /// <summary>The element that <paramref name="write"/> writes.</summary>
    public static JsonElement Build(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions)) write(writer);
        var reader = new Utf8JsonReader(buffer.WrittenSpan);
        return JsonElement.ParseValue(ref reader);
    }

    /// <summary>
    /// The members of an object in their order, of a repeated one the last. Members that start with <c>$</c> are the hub's own:
    /// clients echo them back, and they are left out (iot-hub 3.2).
    /// </summary>
    public static OrderedDictionary<string, JsonElement> Members(JsonElement element)
    {
        var members = new OrderedDictionary<string, JsonElement>(StringComparer.Ordinal);
        if (element.ValueKind != JsonValueKind.Object) return members;
        foreach (var property in element.EnumerateObject())
        {
            if (!property.Name.StartsWith('$')) members[property.Name] = property.Value;
        }

        return members;
    }
}
