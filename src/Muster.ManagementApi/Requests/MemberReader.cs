using System.Text.Json;
using Muster.Core.Errors;

namespace Muster.ManagementApi.Requests;

/// <summary>Reads typed members of an object and keeps the first that is of another type.</summary>
/// <param name="parent">The object.</param>
internal sealed class MemberReader(JsonElement parent)
{
    private readonly List<MemberReader> _inner = [];
    private Refusal? _problem;

    /// <summary>The first member that cannot be read, inner objects included; null when all could.</summary>
    public Refusal? Problem => _problem ?? _inner.Select(reader => reader.Problem).FirstOrDefault(problem => problem is not null);

    /// <summary>A text, or null.</summary>
    public string? Text(string name)
    {
        if (ManagementJson.Find(parent, name) is not { } value) return null;
        try
        {
            if (value.ValueKind == JsonValueKind.String) return value.GetString();
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair is a JSON string, but no text.
        }

        return Wrong<string>(name, "a text");
    }

    /// <summary>True, false or null.</summary>
    public bool? Flag(string name) => ManagementJson.Find(parent, name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => WrongValue<bool>(name, "true or false"),
    };

    /// <summary>A whole number, or null.</summary>
    public int? Whole(string name) => ManagementJson.Find(parent, name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } value when value.TryGetInt32(out var number) => number,
        _ => WrongValue<int>(name, "a whole number"),
    };

    /// <summary>A number, or null.</summary>
    public double? Number(string name) => ManagementJson.Find(parent, name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } value when value.TryGetDouble(out var number) && double.IsFinite(number) => number,
        _ => WrongValue<double>(name, "a number"),
    };

    /// <summary>One of the words of an enumeration without case, or null.</summary>
    public T? Word<T>(string name)
        where T : struct, Enum
    {
        if (Text(name) is not { } text) return null;
        foreach (var value in Enum.GetValues<T>())
        {
            if (text.Equals(value.ToString(), StringComparison.OrdinalIgnoreCase)) return value;
        }

        return WrongValue<T>(name, "one of " + string.Join(", ", Enum.GetNames<T>()));
    }

    /// <summary>An inner object, or null.</summary>
    public MemberReader? Inner(string name)
    {
        if (ManagementJson.Find(parent, name) is not { } value) return null;
        if (value.ValueKind != JsonValueKind.Object) return Wrong<MemberReader>(name, "an object");
        var reader = new MemberReader(value);
        _inner.Add(reader);
        return reader;
    }

    private T? Wrong<T>(string name, string allowed)
        where T : class
    {
        _problem ??= Refusals.InvalidMember(name, $"it must be {allowed}.");
        return null;
    }

    private T? WrongValue<T>(string name, string allowed)
        where T : struct
    {
        _problem ??= Refusals.InvalidMember(name, $"it must be {allowed}.");
        return null;
    }
}
