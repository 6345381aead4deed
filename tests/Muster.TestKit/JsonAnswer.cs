using System.Net;
using System.Text.Json;

namespace Muster.TestKit;

/// <summary>An HTTP answer, read whole.</summary>
public sealed record JsonAnswer(HttpStatusCode Status, IReadOnlyDictionary<string, string> Headers, string Text)
{
    /// <summary>The body as JSON.</summary>
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    /// <summary>The error code of an error body.</summary>
    public int ErrorCode => Json.GetProperty("errorCode").GetInt32();

    /// <summary>The object that device answers carry.</summary>
    public JsonElement State => Json.GetProperty("registrationState");
}
