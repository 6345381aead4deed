using System.Text.Json;
using Muster.EmbeddedHub.Hubs;

namespace Muster.EmbeddedHub.Storage;

/// <summary>
/// Documents as bytes (UTF-8 JSON) and back, for stores. The bytes hold keys: a store encrypts them whole.
/// </summary>
public static class EmbeddedHubJson
{
    /// <summary>The bytes of a device.</summary>
    public static byte[] Serialize(HubDevice device) => JsonSerializer.SerializeToUtf8Bytes(device, HubJsonContext.Default.HubDevice);

    /// <summary>The bytes of a hub description.</summary>
    public static byte[] Serialize(EmbeddedHubDescription hub) =>
        JsonSerializer.SerializeToUtf8Bytes(hub, HubJsonContext.Default.EmbeddedHubDescription);

    /// <summary>Reads a device.</summary>
    /// <exception cref="JsonException">The bytes are not such a document: the store is damaged.</exception>
    public static HubDevice DeserializeDevice(ReadOnlySpan<byte> bytes) =>
        JsonSerializer.Deserialize(bytes, HubJsonContext.Default.HubDevice) ?? throw new JsonException("The device document is null.");

    /// <summary>Reads a hub description.</summary>
    /// <exception cref="JsonException">The bytes are not such a document: the store is damaged.</exception>
    public static EmbeddedHubDescription DeserializeHub(ReadOnlySpan<byte> bytes) =>
        JsonSerializer.Deserialize(bytes, HubJsonContext.Default.EmbeddedHubDescription)
        ?? throw new JsonException("The hub document is null.");
}
