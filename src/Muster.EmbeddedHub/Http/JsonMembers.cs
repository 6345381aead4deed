using System.Text.Json;
using Muster.EmbeddedHub.Errors;

namespace Muster.EmbeddedHub.Http;

/// <summary>
/// Reads typed members of a request's JSON object. The first mistake is kept in <see cref="Problem"/>; later reads go on.
/// </summary>
internal sealed class JsonMembers(JsonElement element, string path)
{
    /// <summary>The first mistake; null while there is none.</summary>
    public HubError? Problem { get; private set; }

    /// <summary>Whether the member is there and null.</summary>
    public bool IsNull(string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Null;

    /// <summary>A text; null when absent or null.</summary>
    public string? Text(string name)
    {
        if (!TryGet(name, out var value)) return null;
        if (value.ValueKind == JsonValueKind.String)
        {
            try
            {
                return value.GetString();
            }
            catch (InvalidOperationException)
            {
                // The JSON reader's answer to an escaped lone surrogate.
                return Fail<string>(name, "is not valid Unicode");
            }
        }

        return Fail<string>(name, "is not a string");
    }

    /// <summary>A truth value; null when absent or null.</summary>
    public bool? Flag(string name)
    {
        if (!TryGet(name, out var value)) return null;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False) return value.GetBoolean();
        Fail<string>(name, "is neither true nor false");
        return null;
    }

    /// <summary>An object; null when absent or null.</summary>
    public JsonElement? Object(string name)
    {
        if (!TryGet(name, out var value)) return null;
        if (value.ValueKind == JsonValueKind.Object) return value;
        Fail<string>(name, "is not a JSON object");
        return null;
    }

    /// <summary>An array of texts; null when absent or null.</summary>
    public List<string>? Texts(string name)
    {
        if (!TryGet(name, out var value)) return null;
        if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.String))
            return Fail<List<string>>(name, "is not an array of strings");
        try
        {
            return [.. value.EnumerateArray().Select(item => item.GetString()!)];
        }
        catch (InvalidOperationException)
        {
            return Fail<List<string>>(name, "is not valid Unicode");
        }
    }

    /// <summary>The members of an object member; an absent or null one has none.</summary>
    public JsonMembers? Inside(string name) => Object(name) is { } inner ? new JsonMembers(inner, path + name + ".") : null;

    /// <summary>One of a set of words, compared without case; null when absent or null.</summary>
    public T? Word<T>(string name, params ReadOnlySpan<(string Word, T Value)> words)
        where T : struct
    {
        if (Text(name) is not { } text) return null;
        var known = new List<string>();
        foreach (var (word, value) in words)
        {
            if (word.Equals(text, StringComparison.OrdinalIgnoreCase)) return value;
            known.Add(word);
        }

        Fail<string>(name, "is none of " + string.Join(", ", known));
        return null;
    }

    private bool TryGet(string name, out JsonElement value) =>
        element.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    private T? Fail<T>(string name, string what)
        where T : class
    {
        Problem ??= HubErrors.ArgumentInvalid.Because($"'{path}{name}' {what}.");
        return null;
    }
}
