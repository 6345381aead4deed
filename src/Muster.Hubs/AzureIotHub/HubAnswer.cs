using System.Text.Json;
using Muster.Core.Hubs;

namespace Muster.Hubs.AzureIotHub;

/// <summary>A hub's answer to one request.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Content">The body.</param>
internal sealed record HubAnswer(int Status, byte[] Content)
{
    /// <summary>The body as a JSON object.</summary>
    /// <exception cref="HubCallException">It is none.</exception>
    public JsonElement ToObject()
    {
        try
        {
            using var document = JsonDocument.Parse(Content);
            if (document.RootElement.ValueKind == JsonValueKind.Object) return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            // The one below says it.
        }

        throw new HubCallException(500001, "The hub's answer is not the JSON object that it should be.", isTransient: true);
    }
}
