using System.Text.Json;

namespace Muster.EmbeddedHub.Tests.Twins;

internal static class Json
{
    public static JsonElement Parse(string text) => JsonSerializer.Deserialize<JsonElement>(text);
}
