using System.Text.Json.Nodes;

namespace Muster.Conformance.Replay;

/// <summary>An HTTP answer; header names ignore case.</summary>
public sealed record RawAnswer(int Status, IReadOnlyDictionary<string, string> Headers, string Body)
{
    /// <summary>The body as JSON. Node.js only reads it as such with this content type (device-protocols 2.2).</summary>
    public JsonNode Json
    {
        get
        {
            Assert.Contains("application/json", Headers["Content-Type"], StringComparison.Ordinal);
            return JsonNode.Parse(Body)!;
        }
    }
}
