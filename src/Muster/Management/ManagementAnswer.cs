using System.Net;
using System.Text.Json;

namespace Muster.Management;

/// <summary>An answer of the management API.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The body; undefined where there is none or it is not JSON.</param>
public sealed record ManagementAnswer(HttpStatusCode Status, JsonElement Body)
{
    /// <summary>Whether it is a success.</summary>
    public bool IsSuccess => (int)Status is >= 200 and < 300;

    /// <summary>The service's own words about a failure, from either envelope (management-api A-11); null when there are none.</summary>
    public string? Message => Text(Body, "message") ?? (Member(Body, "error") is { } error ? Text(error, "message") : null);

    /// <summary>A member of an object, or null.</summary>
    public static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : null;

    /// <summary>A text member of an object, or null.</summary>
    public static string? Text(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;
}
