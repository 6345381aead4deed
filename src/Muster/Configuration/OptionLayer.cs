using System.Collections.Immutable;
using System.Text.Json;

namespace Muster.Configuration;

/// <summary>The options of one source. A stronger layer replaces whole options of a weaker one, lists included.</summary>
/// <param name="Values">The values by option key, compared without case.</param>
/// <param name="NameOf">How the user calls an option in this source.</param>
public sealed record OptionLayer(ImmutableDictionary<string, ImmutableArray<string>> Values, Func<string, string> NameOf)
{
    private const string EnvironmentPrefix = "MUSTER__";

    /// <summary>The options of the command line.</summary>
    /// <param name="values">Values by option key.</param>
    public static OptionLayer FromCommandLine(IReadOnlyDictionary<string, IReadOnlyList<string>> values)
    {
        var layer = NoValues.ToBuilder();
        foreach (var (key, list) in values) layer[key] = [.. list];
        return new(layer.ToImmutable(), key => OptionDefinition.Find(key)?.Switch ?? key);
    }

    /// <summary>The options among environment variables: <c>MUSTER__HttpsPort</c>, <c>MUSTER__Hosts__0</c>.</summary>
    public static OptionLayer FromEnvironment(IReadOnlyDictionary<string, string> environment, ICollection<OptionMistake> mistakes)
    {
        var pairs = environment
            .Where(pair => pair.Key.StartsWith(EnvironmentPrefix, StringComparison.OrdinalIgnoreCase))
            .Select(pair => KeyValuePair.Create(
                pair.Key[EnvironmentPrefix.Length..].Replace("__", ":", StringComparison.Ordinal), (string?)pair.Value));
        var section = new ConfigurationBuilder().AddInMemoryCollection(pairs).Build();
        return FromSection(section, key => EnvironmentPrefix + key.Replace(":", "__", StringComparison.Ordinal), mistakes);
    }

    /// <summary>The options in the section <c>Muster</c> of a JSON file.</summary>
    public static OptionLayer FromFile(string path, ICollection<OptionMistake> mistakes)
    {
        try
        {
            using var stream = File.OpenRead(path);
            var section = new ConfigurationBuilder().AddJsonStream(stream).Build().GetSection("Muster");
            return FromSection(section, key => $"Muster:{key} in {path}", mistakes);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            mistakes.Add(new(path, null, $"The configuration file cannot be read: {exception.Message}"));
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidDataException)
        {
            var reason = exception.InnerException?.Message ?? exception.Message;
            mistakes.Add(new(path, null, $"The configuration file is not JSON: {reason}"));
        }

        return new(NoValues, key => key);
    }

    private static ImmutableDictionary<string, ImmutableArray<string>> NoValues { get; } =
        ImmutableDictionary.Create<string, ImmutableArray<string>>(StringComparer.OrdinalIgnoreCase);

    private static OptionLayer FromSection(IConfiguration section, Func<string, string> nameOf, ICollection<OptionMistake> mistakes)
    {
        var layer = NoValues.ToBuilder();
        foreach (var child in section.GetChildren())
        {
            var option = OptionDefinition.Find(child.Key);
            if (option is null)
            {
                var allowed = string.Join(", ", OptionDefinition.All.Select(known => known.Key));
                mistakes.Add(new(nameOf(child.Key), child.Value, $"There is no such option. Allowed are {allowed}."));
                continue;
            }

            var children = child.GetChildren().ToList();
            if (option.Kind is OptionKind.Section or OptionKind.Sections)
            {
                AddSections(layer, option, child, children, nameOf, mistakes);
                continue;
            }

            if (children.Count == 0)
            {
                // An empty list in JSON has no children and an empty value: as good as absent.
                if (option.Kind == OptionKind.Names && string.IsNullOrEmpty(child.Value)) continue;
                layer[option.Key] = [child.Value ?? ""];
            }
            else if (option.Kind == OptionKind.Names && children.TrueForAll(item => item.Value is not null))
            {
                layer[option.Key] = [.. children.Select(item => item.Value!)];
            }
            else
            {
                var allowed = option.Kind == OptionKind.Names ? "a list of texts" : "one plain value";
                mistakes.Add(new(nameOf(child.Key), null, $"The value has the wrong shape. Allowed is {allowed}."));
            }
        }

        return new(layer.ToImmutable(), nameOf);
    }

    private static void AddSections(
        ImmutableDictionary<string, ImmutableArray<string>>.Builder layer,
        OptionDefinition option,
        IConfigurationSection child,
        List<IConfigurationSection> children,
        Func<string, string> nameOf,
        ICollection<OptionMistake> mistakes)
    {
        if (children.Count == 0 && string.IsNullOrEmpty(child.Value)) return;
        var isList = option.Kind == OptionKind.Sections;
        if (children.Count == 0 || (isList && children.Exists(item => !item.GetChildren().Any())))
        {
            mistakes.Add(new(nameOf(child.Key), null,
                $"The value has the wrong shape. Allowed is {(isList ? "a list of groups of settings" : "a group of settings")}."));
            return;
        }

        layer[option.Key] = isList ? [.. children.Select(OptionSection.Pack)] : [OptionSection.Pack(child)];
    }
}
