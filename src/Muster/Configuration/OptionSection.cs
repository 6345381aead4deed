using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Muster.Configuration;

/// <summary>One group of settings, read member by member; each mistake names its key. Members that nobody asked for are mistakes.</summary>
public sealed class OptionSection
{
    private readonly string _name;
    private readonly ImmutableDictionary<string, string> _members;
    private readonly IList<OptionMistake> _mistakes;
    private readonly HashSet<string> _known = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Opens a group.</summary>
    /// <param name="name">The group as the user wrote it.</param>
    /// <param name="packed">What <see cref="Pack"/> made of it.</param>
    /// <param name="mistakes">Receives what is wrong.</param>
    public OptionSection(string name, string packed, IList<OptionMistake> mistakes)
    {
        _name = name;
        _mistakes = mistakes;
        using var document = JsonDocument.Parse(packed);
        _members = document.RootElement.EnumerateObject()
            .ToImmutableDictionary(member => member.Name, member => member.Value.GetString() ?? "", StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Makes one text of a group, members of members with a colon between the names.</summary>
    public static string Pack(IConfiguration section)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var (key, value) in section.AsEnumerable(makePathsRelative: true))
            {
                if (value is not null && key.Length > 0) writer.WriteString(key, value);
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    /// <summary>A text; null when absent or empty.</summary>
    public string? Text(string key)
    {
        _known.Add(key);
        return _members.TryGetValue(key, out var value) && value.Length > 0 ? value : null;
    }

    /// <summary>A whole number in a range.</summary>
    public int? Whole(string key, int lowest, int highest)
    {
        if (Text(key) is not { } text) return null;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= lowest && number <= highest)
        {
            return number;
        }

        Mistake(key, text, $"It is not a whole number from {lowest} to {highest}.");
        return null;
    }

    /// <summary>A number in a range.</summary>
    public double? Number(string key, double lowest, double highest)
    {
        if (Text(key) is not { } text) return null;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= lowest && number <= highest)
            return number;
        Mistake(key, text, string.Create(CultureInfo.InvariantCulture, $"It is not a number from {lowest} to {highest}."));
        return null;
    }

    /// <summary>A truth value.</summary>
    public bool? Flag(string key)
    {
        if (Text(key) is not { } text) return null;
        if (bool.TryParse(text, out var flag)) return flag;
        Mistake(key, text, "Allowed are true and false.");
        return null;
    }

    /// <summary>One of the names of an enumeration, without case.</summary>
    public T? Word<T>(string key)
        where T : struct, Enum
    {
        if (Text(key) is not { } text) return null;
        if (!int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out _) && Enum.TryParse<T>(text, ignoreCase: true, out var word))
            return word;
        Mistake(key, text, $"Allowed are {string.Join(", ", Enum.GetNames<T>())}.");
        return null;
    }

    /// <summary>The content of a text file, given by its path.</summary>
    public string? FileContent(string key, string workingDirectory)
    {
        if (Text(key) is not { } path) return null;
        try
        {
            return File.ReadAllText(Path.GetFullPath(path, workingDirectory));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            Mistake(key, path, $"The file cannot be read: {problem.Message}");
            return null;
        }
    }

    /// <summary>The members of a member, by name, those of a list in its order; a plain value in their place is a mistake.</summary>
    /// <param name="key">The member.</param>
    /// <param name="shape">What it must be, for the mistake.</param>
    public IReadOnlyList<(string Name, string Value)> Members(string key, string shape)
    {
        if (Text(key) is { } plain) Mistake(key, plain, $"The value has the wrong shape. Allowed is {shape}.");
        var members = new List<(string Name, string Value)>();

        // A list keeps its order. The names in it are numbers: the shorter is the smaller.
        foreach (var (name, value) in _members.OrderBy(member => member.Key.Length).ThenBy(member => member.Key, StringComparer.Ordinal))
        {
            if (!name.StartsWith(key + ":", StringComparison.OrdinalIgnoreCase)) continue;
            _known.Add(name);
            members.Add((name[(key.Length + 1)..], value));
        }

        return members;
    }

    /// <summary>Whether the group has members of its own beside groups in it.</summary>
    public bool HasPlainMembers => _members.Keys.Any(name => !name.Contains(':', StringComparison.Ordinal));

    /// <summary>The names of the groups within a member; what lies in them is read by names such as <c>member:group:setting</c>.</summary>
    public IReadOnlyList<string> Groups(string key)
    {
        if (Text(key) is { } plain) Mistake(key, plain, "The value has the wrong shape. Allowed are groups of settings by name.");
        return
        [
            .. _members.Keys.Where(name => name.StartsWith(key + ":", StringComparison.OrdinalIgnoreCase))
                .Select(name => name.Split(':')[1]).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase),
        ];
    }

    /// <summary>Notes a mistake in a member.</summary>
    /// <param name="key">The member.</param>
    /// <param name="value">Its value; null where that is secret.</param>
    /// <param name="problem">What is wrong and what is allowed.</param>
    public void Mistake(string key, string? value, string problem) => _mistakes.Add(new($"{_name}:{key}", value, problem));

    /// <summary>Ends the reading: members that nobody asked for are mistakes.</summary>
    public void Close()
    {
        foreach (var name in _members.Keys.Where(name => !_known.Contains(name)).Order(StringComparer.Ordinal))
        {
            var allowed = string.Join(", ", _known.Where(known => !known.Contains(':', StringComparison.Ordinal)).Order(StringComparer.Ordinal));
            Mistake(name, null, $"There is no such setting. Allowed are {allowed}.");
        }
    }
}
