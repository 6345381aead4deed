using System.Text.Json;
using Muster.EmbeddedHub.Bulk;
using Muster.EmbeddedHub.Errors;
using Muster.EmbeddedHub.Identities;

namespace Muster.EmbeddedHub.Http;

/// <summary>Bulk requests and their outcome on the wire (iot-hub 3.3).</summary>
internal static class BulkDocument
{
    /// <summary>Reads the entries.</summary>
    /// <returns>
    /// The entries, each with what is wrong in it; ArgumentInvalid when one is no object, names no device or has an unknown mode.
    /// </returns>
    public static HubResult<IReadOnlyList<BulkEntry>> Read(JsonElement body)
    {
        var entries = new List<BulkEntry>();
        foreach (var element in body.EnumerateArray())
        {
            var place = $"[{entries.Count}]";
            if (element.ValueKind != JsonValueKind.Object)
                return HubErrors.ArgumentInvalid.Because($"The entry {place} is not a JSON object.");

            var members = new JsonMembers(element, place + ".");
            var deviceId = members.Text("id");
            var mode = ReadMode(members);
            if (members.Problem is { } problem) return problem;
            if (string.IsNullOrEmpty(deviceId)) return HubErrors.ArgumentNull.Because($"The entry {place} has no id.");

            var identity = IdentityDocument.Read(element, deviceId);
            var twin = TwinDocument.ReadReplacement(element);
            var properties = members.Inside("properties");
            var entry = new BulkEntry
            {
                Mode = mode,
                Identity = identity.Value ?? new DeviceWrite { DeviceId = deviceId },
                ETag = members.Text("eTag"),
                TwinETag = members.Text("twinETag"),
                Twin = twin.Value ?? new(),
                Reported = properties?.Object("reported"),
            };
            var module = string.IsNullOrEmpty(members.Text("moduleId"))
                ? null
                : HubErrors.InvalidOperation.Because("Modules are not supported by the embedded hub.");
            entries.Add(entry with { Unreadable = members.Problem ?? properties?.Problem ?? identity.Error ?? twin.Error ?? module });
        }

        return entries;
    }

    /// <summary>Writes the outcome.</summary>
    public static void Write(Utf8JsonWriter writer, BulkResult result)
    {
        writer.WriteStartObject();
        writer.WriteBoolean("isSuccessful", result.IsSuccessful);
        writer.WriteStartArray("errors");
        foreach (var (deviceId, mode, error) in result.Errors)
        {
            writer.WriteStartObject();
            writer.WriteString("deviceId", deviceId);
            writer.WriteNull("moduleId");
            writer.WriteString("errorCode", error.Kind.Name);
            writer.WriteString("errorStatus", error.Message);
            writer.WriteString("operation", JsonNamingPolicy.CamelCase.ConvertName(mode.ToString()));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("warnings");
        foreach (var (deviceId, _, error) in result.Warnings)
        {
            writer.WriteStartObject();
            writer.WriteString("deviceId", deviceId);
            writer.WriteString("warningCode", "DeviceRegisteredWithoutTwin");
            writer.WriteString("warningStatus", error.Message);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static BulkMode ReadMode(JsonMembers members) =>
        members.Word(
            "importMode",
            ("createOrUpdate", BulkMode.CreateOrUpdate),
            ("create", BulkMode.Create),
            ("update", BulkMode.Update),
            ("updateIfMatchETag", BulkMode.UpdateIfMatchETag),
            ("createOrUpdateIfMatchETag", BulkMode.CreateOrUpdateIfMatchETag),
            ("delete", BulkMode.Delete),
            ("deleteIfMatchETag", BulkMode.DeleteIfMatchETag),
            ("updateTwin", BulkMode.UpdateTwin),
            ("updateTwinIfMatchETag", BulkMode.UpdateTwinIfMatchETag)) ?? BulkMode.CreateOrUpdate;
}
