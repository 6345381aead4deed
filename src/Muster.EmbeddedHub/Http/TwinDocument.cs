using System.Text.Json;
using Muster.EmbeddedHub.Errors;
using Muster.EmbeddedHub.Storage;
using Muster.EmbeddedHub.Twins;

namespace Muster.EmbeddedHub.Http;

/// <summary>The twin on the wire, as the service side sees it (iot-hub 3.2).</summary>
internal static class TwinDocument
{
    /// <summary>How a time that never was is written; unlike in the identity it ends in Z.</summary>
    private const string Never = "0001-01-01T00:00:00Z";

    /// <summary>Reads a patch. A section that is null is ignored: whole sections are only deleted by a replacement.</summary>
    /// <returns>The patch, or ArgumentInvalid for a section that is no object. Everything else in the body is ignored.</returns>
    public static HubResult<TwinWrite> ReadPatch(JsonElement body) => Read(body, nullClears: false);

    /// <summary>Reads a replacement. A section that is null is emptied, one that is absent stays.</summary>
    /// <returns>The replacement, or ArgumentInvalid for a section that is no object. Everything else in the body is ignored.</returns>
    public static HubResult<TwinWrite> ReadReplacement(JsonElement body) => Read(body, nullClears: true);

    /// <summary>Writes a twin.</summary>
    public static void Write(Utf8JsonWriter writer, HubDevice device)
    {
        var (identity, twin) = (device.Identity, device.Twin);
        writer.WriteStartObject();
        writer.WriteString("deviceId", identity.DeviceId);
        writer.WriteString("etag", twin.ETag);
        writer.WriteString("deviceEtag", identity.ETag);
        writer.WriteString("status", IdentityDocument.StatusWord(identity.Status));
        if (identity.StatusReason is not null) writer.WriteString("statusReason", identity.StatusReason);
        writer.WriteString("statusUpdateTime", identity.StatusUpdatedAt is { } time ? TwinMetadata.Timestamp(time) : Never);
        writer.WriteString("connectionState", "Disconnected");
        writer.WriteString("lastActivityTime", Never);
        writer.WriteNumber("cloudToDeviceMessageCount", 0);
        writer.WriteString("authenticationType", IdentityDocument.TypeWord(identity.Authentication.Type));
        IdentityDocument.WriteThumbprints(writer, identity.Authentication);
        writer.WriteString("modelId", "");
        writer.WriteNumber("version", twin.Version);
        writer.WritePropertyName("tags");
        twin.Tags.WriteTo(writer);
        writer.WriteStartObject("properties");
        WriteSection(writer, "desired", twin.Desired);
        WriteSection(writer, "reported", twin.Reported);
        writer.WriteEndObject();
        IdentityDocument.WriteCapabilities(writer, identity);
        IdentityDocument.WriteScopes(writer, identity);
        writer.WriteEndObject();
    }

    private static void WriteSection(Utf8JsonWriter writer, string name, TwinSection section)
    {
        writer.WriteStartObject(name);
        foreach (var property in section.Values.EnumerateObject()) property.WriteTo(writer);
        writer.WritePropertyName("$metadata");
        section.Metadata.WriteTo(writer);
        writer.WriteNumber("$version", section.Version);
        writer.WriteEndObject();
    }

    private static HubResult<TwinWrite> Read(JsonElement body, bool nullClears)
    {
        var members = new JsonMembers(body, "");
        var properties = members.Inside("properties");
        var write = new TwinWrite
        {
            Tags = Section(members, "tags"),
            Desired = properties is null ? null : Section(properties, "desired"),
        };
        var problem = members.Problem ?? properties?.Problem;
        return problem is null ? write : problem;

        JsonElement? Section(JsonMembers parent, string name) =>
            nullClears && parent.IsNull(name) ? JsonText.EmptyObject : parent.Object(name);
    }
}
