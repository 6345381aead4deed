using System.Text.Json;

namespace Muster.Core.Enrollments;

/// <summary>
/// Tags and desired properties that a device's twin starts with. The document is kept as it was sent, empty objects included,
/// nested nulls dropped (service-api S-6.8).
/// </summary>
/// <param name="Document">An object with <c>tags</c> and <c>properties.desired</c>, each optional.</param>
public sealed record InitialTwin(JsonElement Document)
{
    /// <summary>The tags object, or null.</summary>
    public JsonElement? Tags() => Member(Document, "tags");

    /// <summary>The desired properties object, or null.</summary>
    public JsonElement? Desired() => Member(Document, "properties") is { } properties ? Member(properties, "desired") : null;

    private static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object
            && element.TryGetProperty(name, out var member)
            && member.ValueKind == JsonValueKind.Object
            ? member
            : null;
}
