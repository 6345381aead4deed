using System.Text.Json;
using Muster.Api.Json;
using Muster.Core.Errors;

namespace Muster.ServiceApi.Requests;

/// <summary>
/// The members of a JSON object in a request body: names compare without case, null counts as absent, unknown members are never
/// looked at. The first member that is wrong is kept in the shared <see cref="BodyProblem"/>, by its path; reading goes on with
/// "absent" so that callers check once, at the end (service-api S-1.4).
/// </summary>
internal sealed class JsonMembers
{
    private readonly Dictionary<string, JsonElement> _members = new(StringComparer.OrdinalIgnoreCase);
    private readonly string _path;
    private readonly BodyProblem _problem;

    private JsonMembers(JsonElement element, string path, BodyProblem problem)
    {
        _path = path;
        _problem = problem;
        foreach (var member in element.EnumerateObject())
        {
            if (!TryGetName(member, out var name))
                problem.Report(path.Length == 0 ? "body" : path, "a member name is not valid Unicode text.");
            else if (!_members.TryAdd(name, member.Value)) problem.Report(PathOf(member.Name), "it is given twice.");
        }
    }

    /// <summary>The members of the body's root object.</summary>
    public static JsonMembers OfRoot(JsonElement root, BodyProblem problem) => new(root, "", problem);

    /// <summary>Whether the member is written down, be it as null.</summary>
    public bool Has(string name) => _members.ContainsKey(name);

    /// <summary>A text, or null.</summary>
    public string? Text(string name) => Find(name) is { } element ? ReadText(element, PathOf(name)) : null;

    /// <summary>A truth value, or null.</summary>
    public bool? Flag(string name)
    {
        if (Find(name) is not { } element) return null;
        if (element.ValueKind is JsonValueKind.True or JsonValueKind.False) return element.GetBoolean();
        _problem.Report(PathOf(name), "it must be true or false.");
        return null;
    }

    /// <summary>A value of an enumeration, or null.</summary>
    public T? Enumeration<T>(string name)
        where T : struct, Enum
    {
        if (Text(name) is not { } text) return null;
        if (WireEnum.TryParse<T>(text, out var value)) return value;
        _problem.Report(PathOf(name), $"it must be one of: {WireEnum.Allowed<T>()}.");
        return null;
    }

    /// <summary>A list of texts, or null.</summary>
    public IReadOnlyList<string>? Texts(string name)
    {
        if (Find(name) is not { } element) return null;
        if (element.ValueKind != JsonValueKind.Array)
        {
            _problem.Report(PathOf(name), "it must be an array of texts.");
            return null;
        }

        var texts = new List<string>();
        foreach (var item in element.EnumerateArray())
        {
            if (ReadText(item, $"{PathOf(name)}[{texts.Count}]") is not { } text) return null;
            texts.Add(text);
        }

        return texts;
    }

    /// <summary>The elements of an array, or null.</summary>
    public IReadOnlyList<JsonElement>? Elements(string name)
    {
        if (Find(name) is not { } element) return null;
        if (element.ValueKind == JsonValueKind.Array) return [.. element.EnumerateArray()];
        _problem.Report(PathOf(name), "it must be an array.");
        return null;
    }

    /// <summary>An object with members of its own, or null.</summary>
    public JsonMembers? Object(string name) =>
        FreeOrFixedObject(name) is { } element ? new JsonMembers(element, PathOf(name), _problem) : null;

    /// <summary>
    /// An object that holds whatever the caller likes; its texts are sound and no name is given twice. It outlives the body. Null
    /// when absent.
    /// </summary>
    public JsonElement? FreeObject(string name)
    {
        if (FreeOrFixedObject(name) is not { } element) return null;
        if (FindFlaw(element) is not { } flaw) return element.Clone();
        _problem.Report(PathOf(name), flaw);
        return null;
    }

    /// <summary>The path of a member, for refusals.</summary>
    public string PathOf(string name) => _path.Length == 0 ? name : $"{_path}.{name}";

    private JsonElement? Find(string name) =>
        _members.TryGetValue(name, out var element) && element.ValueKind != JsonValueKind.Null ? element : null;

    private JsonElement? FreeOrFixedObject(string name)
    {
        if (Find(name) is not { } element) return null;
        if (element.ValueKind == JsonValueKind.Object) return element;
        _problem.Report(PathOf(name), "it must be an object.");
        return null;
    }

    private string? ReadText(JsonElement element, string path)
    {
        if (element.ValueKind == JsonValueKind.String && TryGetText(element, out var text)) return text;
        _problem.Report(path, element.ValueKind == JsonValueKind.String ? "it is not valid Unicode text." : "it must be a text.");
        return null;
    }

    private static string? FindFlaw(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String when !TryGetText(element, out _):
                return "it holds a text that is not valid Unicode.";
            case JsonValueKind.Array:
                return element.EnumerateArray().Select(FindFlaw).FirstOrDefault(flaw => flaw is not null);
            case JsonValueKind.Object:
                var names = new HashSet<string>(StringComparer.Ordinal);
                foreach (var member in element.EnumerateObject())
                {
                    if (!TryGetName(member, out var name)) return "it holds a member name that is not valid Unicode.";
                    if (!names.Add(name)) return $"it holds the member '{name}' twice.";
                    if (FindFlaw(member.Value) is { } flaw) return flaw;
                }

                return null;
            default:
                return null;
        }
    }

    // An escaped half of a surrogate pair is valid JSON, but no text: the framework throws.
    private static bool TryGetText(JsonElement element, out string text)
    {
        try
        {
            text = element.GetString() ?? "";
            return true;
        }
        catch (InvalidOperationException)
        {
            text = "";
            return false;
        }
    }

    private static bool TryGetName(JsonProperty member, out string name)
    {
        try
        {
            name = member.Name;
            return true;
        }
        catch (InvalidOperationException)
        {
            name = "";
            return false;
        }
    }
}

#pragma warning disable MA0048 // The two belong together.

/// <summary>The first thing that is wrong with a body.</summary>
internal sealed class BodyProblem
{
    /// <summary>The refusal; null while nothing is wrong.</summary>
    public Refusal? Refusal { get; private set; }

    /// <summary>Notes a problem unless there is one already.</summary>
    public void Report(string path, string detail) => Refusal ??= Refusals.InvalidMember(path, detail);
}
