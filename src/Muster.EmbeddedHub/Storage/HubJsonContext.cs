using System.Text.Json.Serialization;
using Muster.EmbeddedHub.Hubs;

namespace Muster.EmbeddedHub.Storage;

/// <summary>How documents are stored; not the wire format.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(HubDevice))]
[JsonSerializable(typeof(EmbeddedHubDescription))]
internal sealed partial class HubJsonContext : JsonSerializerContext;
