using System.Collections.Immutable;
using System.Text.Json;
using Muster.EmbeddedHub.Errors;
using Muster.EmbeddedHub.Identities;
using Muster.EmbeddedHub.Twins;

namespace Muster.EmbeddedHub.Http;

/// <summary>The identity on the wire (iot-hub 3.1).</summary>
internal static class IdentityDocument
{
    /// <summary>How a time that never was is written.</summary>
    private const string Never = "0001-01-01T00:00:00";

    /// <summary>Reads the writable members; the read-only ones, which clients send back, and unknown ones are ignored.</summary>
    /// <param name="body">The request's JSON object.</param>
    /// <param name="deviceId">The id in the path; one in the body must be the same.</param>
    /// <returns>The write or ArgumentInvalid naming the member.</returns>
    public static HubResult<DeviceWrite> Read(JsonElement body, string deviceId)
    {
        var members = new JsonMembers(body, "");
        if (members.Text("deviceId") is { } bodyId && bodyId != deviceId)
            return HubErrors.ArgumentInvalid.Because("The deviceId in the body differs from the id in the path.");

        var capabilities = members.Inside("capabilities");
        var authentication = members.Inside("authentication");
        var keys = authentication?.Inside("symmetricKey");
        var thumbprints = authentication?.Inside("x509Thumbprint");
        var parentScopes = members.Texts("parentScopes");
        var write = new DeviceWrite
        {
            DeviceId = deviceId,
            Status = members.Word("status", ("enabled", DeviceStatus.Enabled), ("disabled", DeviceStatus.Disabled)),
            StatusReason = members.Text("statusReason"),
            ClearsStatusReason = members.IsNull("statusReason"),
            IotEdge = capabilities?.Flag("iotEdge"),
            DeviceScope = members.Text("deviceScope"),
            ParentScopes = parentScopes?.ToImmutableArray(),
            Authentication = authentication is null ? null : ReadAuthentication(authentication, keys, thumbprints),
        };
        var problem = members.Problem ?? capabilities?.Problem ?? authentication?.Problem ?? keys?.Problem ?? thumbprints?.Problem;
        return problem is null ? write : problem;
    }

    /// <summary>Writes an identity.</summary>
    public static void Write(Utf8JsonWriter writer, DeviceIdentity identity)
    {
        writer.WriteStartObject();
        writer.WriteString("deviceId", identity.DeviceId);
        writer.WriteString("generationId", identity.GenerationId);
        writer.WriteString("etag", identity.ETag);
        writer.WriteString("connectionState", "Disconnected");
        writer.WriteString("status", StatusWord(identity.Status));
        writer.WriteString("statusReason", identity.StatusReason);
        writer.WriteString("connectionStateUpdatedTime", Never);
        writer.WriteString("statusUpdatedTime", identity.StatusUpdatedAt is { } time ? TwinMetadata.Timestamp(time) : Never);
        writer.WriteString("lastActivityTime", Never);
        writer.WriteNumber("cloudToDeviceMessageCount", 0);
        WriteCapabilities(writer, identity);
        WriteAuthentication(writer, identity.Authentication);
        WriteScopes(writer, identity);
        writer.WriteEndObject();
    }

    /// <summary>Writes a module's identity: as a device's, without status and capabilities.</summary>
    public static void Write(Utf8JsonWriter writer, string deviceId, ModuleIdentity module)
    {
        writer.WriteStartObject();
        writer.WriteString("moduleId", module.ModuleId);
        writer.WriteString("managedBy", module.ManagedBy);
        writer.WriteString("deviceId", deviceId);
        writer.WriteString("generationId", module.GenerationId);
        writer.WriteString("etag", module.ETag);
        writer.WriteString("connectionState", "Disconnected");
        writer.WriteString("connectionStateUpdatedTime", Never);
        writer.WriteString("lastActivityTime", Never);
        writer.WriteNumber("cloudToDeviceMessageCount", 0);
        WriteAuthentication(writer, module.Authentication);
        writer.WriteEndObject();
    }

    /// <summary>The word for a status.</summary>
    public static string StatusWord(DeviceStatus status) => status == DeviceStatus.Enabled ? "enabled" : "disabled";

    /// <summary>The word for an authentication type.</summary>
    public static string TypeWord(DeviceAuthenticationType type) => type switch
    {
        DeviceAuthenticationType.Sas => "sas",
        DeviceAuthenticationType.SelfSigned => "selfSigned",
        DeviceAuthenticationType.CertificateAuthority => "certificateAuthority",
        _ => "none",
    };

    /// <summary>Writes the member <c>capabilities</c>.</summary>
    public static void WriteCapabilities(Utf8JsonWriter writer, DeviceIdentity identity)
    {
        writer.WriteStartObject("capabilities");
        writer.WriteBoolean("iotEdge", identity.IotEdge);
        writer.WriteEndObject();
    }

    /// <summary>Writes the member <c>x509Thumbprint</c>.</summary>
    public static void WriteThumbprints(Utf8JsonWriter writer, DeviceAuthentication authentication)
    {
        writer.WriteStartObject("x509Thumbprint");
        writer.WriteString("primaryThumbprint", authentication.PrimaryThumbprint);
        writer.WriteString("secondaryThumbprint", authentication.SecondaryThumbprint);
        writer.WriteEndObject();
    }

    /// <summary>Writes <c>deviceScope</c> and <c>parentScopes</c>, which other than edge and child devices do not have.</summary>
    public static void WriteScopes(Utf8JsonWriter writer, DeviceIdentity identity)
    {
        if (identity.DeviceScope is not null) writer.WriteString("deviceScope", identity.DeviceScope);
        if (!identity.IotEdge && identity.ParentScopes.IsEmpty) return;
        writer.WriteStartArray("parentScopes");
        foreach (var scope in identity.ParentScopes) writer.WriteStringValue(scope);
        writer.WriteEndArray();
    }

    private static void WriteAuthentication(Utf8JsonWriter writer, DeviceAuthentication authentication)
    {
        writer.WriteStartObject("authentication");
        writer.WriteStartObject("symmetricKey");
        writer.WriteString("primaryKey", authentication.PrimaryKey);
        writer.WriteString("secondaryKey", authentication.SecondaryKey);
        writer.WriteEndObject();
        WriteThumbprints(writer, authentication);
        writer.WriteString("type", TypeWord(authentication.Type));
        writer.WriteEndObject();
    }

    private static DeviceAuthentication ReadAuthentication(JsonMembers authentication, JsonMembers? keys, JsonMembers? thumbprints)
    {
        var primaryThumbprint = thumbprints?.Text("primaryThumbprint");
        var secondaryThumbprint = thumbprints?.Text("secondaryThumbprint");
        var type = authentication.Word(
            "type",
            ("sas", DeviceAuthenticationType.Sas),
            ("selfSigned", DeviceAuthenticationType.SelfSigned),
            ("certificateAuthority", DeviceAuthenticationType.CertificateAuthority),
            ("none", DeviceAuthenticationType.None));
        // Clients older than the member "type" only send what they use.
        var hasThumbprint = !string.IsNullOrEmpty(primaryThumbprint) || !string.IsNullOrEmpty(secondaryThumbprint);
        return new()
        {
            Type = type ?? (hasThumbprint ? DeviceAuthenticationType.SelfSigned : DeviceAuthenticationType.Sas),
            PrimaryKey = keys?.Text("primaryKey"),
            SecondaryKey = keys?.Text("secondaryKey"),
            PrimaryThumbprint = primaryThumbprint,
            SecondaryThumbprint = secondaryThumbprint,
        };
    }
}
