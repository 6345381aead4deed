using System.Buffers;
using System.Text.Json;
using Muster.Core.Hubs;
using Muster.Core.Secrets;

namespace Muster.Hubs.AzureIotHub;

/// <summary>The identity documents that the connector writes (iot-hub 2.4, 3.1).</summary>
internal static class DeviceBody
{
    private static readonly string[] KeptMembers = ["status", "statusReason", "deviceScope", "parentScopes"];

    /// <summary>A new identity.</summary>
    public static byte[] Create(HubDeviceSpec spec) => Write(writer =>
    {
        writer.WriteString("deviceId", spec.DeviceId);
        writer.WriteString("status", "enabled");
        WriteCapabilities(writer, spec.IotEdge ?? false);
        WriteAuthentication(writer, spec.Credential);
    });

    /// <summary>The existing identity with its credential replaced; what operators decide in the hub stays.</summary>
    public static byte[] Refresh(HubDeviceSpec spec, JsonElement existing) => Write(writer =>
    {
        writer.WriteString("deviceId", spec.DeviceId);
        CopyMembers(writer, existing, KeptMembers);
        WriteCapabilities(writer, spec.IotEdge ?? IsEdge(existing));
        WriteAuthentication(writer, spec.Credential);
    });

    /// <summary>The existing identity, enabled or disabled.</summary>
    public static byte[] WithStatus(string deviceId, JsonElement existing, bool enabled, string? reason) => Write(writer =>
    {
        writer.WriteString("deviceId", deviceId);
        writer.WriteString("status", enabled ? "enabled" : "disabled");
        writer.WriteString("statusReason", reason);
        CopyMembers(writer, existing, ["deviceScope", "parentScopes", "capabilities", "authentication"]);
    });

    /// <summary>Whether an identity document describes an edge device.</summary>
    public static bool IsEdge(JsonElement identity) =>
        identity.TryGetProperty("capabilities", out var capabilities) && capabilities.ValueKind == JsonValueKind.Object
        && capabilities.TryGetProperty("iotEdge", out var edge) && edge.ValueKind == JsonValueKind.True;

    /// <summary>The keys of an identity of type <c>sas</c>; null for other types, and where the policy may not see them.</summary>
    public static SymmetricKeyPair? KeysOf(JsonElement identity)
    {
        if (!identity.TryGetProperty("authentication", out var authentication) || authentication.ValueKind != JsonValueKind.Object
            || !authentication.TryGetProperty("type", out var type) || type.ValueKind != JsonValueKind.String || type.GetString() != "sas"
            || !authentication.TryGetProperty("symmetricKey", out var keys) || keys.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        return Key("primaryKey") is { } primary && Key("secondaryKey") is { } secondary ? new(primary, secondary) : null;

        Secret? Key(string name) => keys.TryGetProperty(name, out var key) && key.ValueKind == JsonValueKind.String
            ? new Secret(key.GetString()!)
            : null;
    }

    /// <summary>A JSON object.</summary>
    public static byte[] Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void CopyMembers(Utf8JsonWriter writer, JsonElement existing, string[] names)
    {
        foreach (var name in names)
        {
            if (!existing.TryGetProperty(name, out var value)) continue;
            writer.WritePropertyName(name);
            value.WriteTo(writer);
        }
    }

    private static void WriteCapabilities(Utf8JsonWriter writer, bool iotEdge)
    {
        writer.WriteStartObject("capabilities");
        writer.WriteBoolean("iotEdge", iotEdge);
        writer.WriteEndObject();
    }

    private static void WriteAuthentication(Utf8JsonWriter writer, HubCredential credential)
    {
        writer.WriteStartObject("authentication");
        switch (credential)
        {
            case HubSymmetricKeys { Keys: var keys }:
                writer.WriteString("type", "sas");
                writer.WriteStartObject("symmetricKey");
                writer.WriteString("primaryKey", keys.Primary.Reveal());
                writer.WriteString("secondaryKey", keys.Secondary.Reveal());
                writer.WriteEndObject();
                break;
            case HubThumbprints thumbprints:
                writer.WriteString("type", "selfSigned");
                writer.WriteStartObject("x509Thumbprint");
                writer.WriteString("primaryThumbprint", thumbprints.Primary);
                writer.WriteString("secondaryThumbprint", thumbprints.Secondary);
                writer.WriteEndObject();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(credential), credential.GetType().Name, message: null);
        }

        writer.WriteEndObject();
    }
}
