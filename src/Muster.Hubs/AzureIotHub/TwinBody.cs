using System.Buffers;
using System.Text.Json;
using Muster.Core.Hubs;

namespace Muster.Hubs.AzureIotHub;

/// <summary>The twin documents that the connector reads and writes (iot-hub 3.2, 3.3).</summary>
internal static class TwinBody
{
    /// <summary>A patch: only what is given.</summary>
    public static byte[] Patch(HubTwin twin) => DeviceBody.Write(writer =>
    {
        if (twin.Tags is { } tags) WriteSection(writer, "tags", tags);
        if (twin.Desired is not { } desired) return;
        writer.WriteStartObject("properties");
        WriteSection(writer, "desired", desired);
        writer.WriteEndObject();
    });

    /// <summary>A replacement: both sections, so that nothing stale stays.</summary>
    public static byte[] Replacement(HubTwin twin) => DeviceBody.Write(writer =>
    {
        WriteSection(writer, "tags", twin.Tags);
        writer.WriteStartObject("properties");
        WriteSection(writer, "desired", twin.Desired);
        writer.WriteEndObject();
    });

    /// <summary>The one bulk entry that can write reported properties.</summary>
    public static byte[] Import(string deviceId, HubTwin twin)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            writer.WriteStartObject();
            writer.WriteString("id", deviceId);
            writer.WriteString("importMode", "updateTwin");
            WriteSection(writer, "tags", twin.Tags);
            writer.WriteStartObject("properties");
            WriteSection(writer, "desired", twin.Desired);
            WriteSection(writer, "reported", twin.Reported);
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndArray();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>A section of a twin as the service sees it, without the hub's own members; null when there is none.</summary>
    public static JsonElement? Section(JsonElement? parent, string name)
    {
        if (parent is not { ValueKind: JsonValueKind.Object } container || !container.TryGetProperty(name, out var section)) return null;
        if (section.ValueKind != JsonValueKind.Object) return null;
        var bytes = DeviceBody.Write(writer =>
        {
            foreach (var member in section.EnumerateObject())
            {
                if (!member.Name.StartsWith('$')) member.WriteTo(writer);
            }
        });
        using var document = JsonDocument.Parse(bytes);
        return document.RootElement.Clone();
    }

    private static void WriteSection(Utf8JsonWriter writer, string name, JsonElement? section)
    {
        writer.WritePropertyName(name);
        if (section is { ValueKind: JsonValueKind.Object } content)
        {
            content.WriteTo(writer);
            return;
        }

        writer.WriteStartObject();
        writer.WriteEndObject();
    }
}
