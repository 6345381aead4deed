using System.Text.Json.Nodes;

namespace Muster.TestKit;

/// <summary>A device of a <see cref="RestHub"/>.</summary>
public sealed class RestHubDevice(JsonObject identity)
{
    public JsonObject Identity { get; set; } = identity;

    public JsonObject Tags { get; set; } = [];

    public JsonObject Desired { get; set; } = [];

    public JsonObject Reported { get; set; } = [];

    /// <summary>The twin as the service sees it, with the hub's own members.</summary>
    public JsonObject Twin() => new()
    {
        ["deviceId"] = (string?)Identity["deviceId"],
        ["tags"] = Tags.DeepClone(),
        ["properties"] = new JsonObject { ["desired"] = WithMetadata(Desired), ["reported"] = WithMetadata(Reported) },
    };

    private static JsonObject WithMetadata(JsonObject section)
    {
        var shown = section.DeepClone().AsObject();
        shown["$metadata"] = new JsonObject { ["$lastUpdated"] = "2026-11-22T01:00:00.1234567Z" };
        shown["$version"] = 1;
        return shown;
    }
}
