using System.Collections.Frozen;

namespace Muster.Api.Directories;

/// <summary>What roles, groups and single actions in a token permit (service-api S-3.3, management-api A-9).</summary>
public static class DirectoryRoles
{
    /// <summary>All data actions.</summary>
    public const string Contributor = "Device Provisioning Service Data Contributor";

    /// <summary>The data actions that read, without those that show keys.</summary>
    public const string Reader = "Device Provisioning Service Data Reader";

    private static readonly FrozenDictionary<string, IReadOnlyList<string>> BuiltIn = new Dictionary<string, IReadOnlyList<string>>(
        DataActions.All.Concat(ManagementActions.All).Select(action => KeyValuePair.Create<string, IReadOnlyList<string>>(action, [action])))
    {
        [Contributor] = DataActions.All,
        ["dfce44e4-17b7-4bd1-a6d1-04996ec95633"] = DataActions.All,
        [Reader] = DataActions.Reading,
        ["10745317-c249-44a1-a5ce-3a4353c0bbd8"] = DataActions.Reading,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// The actions that a setting names: <c>contributor</c> and <c>reader</c> for the service API, <c>manager</c> and
    /// <c>management-reader</c> for the management API, a built-in role, or an action with or without its prefix. Null when it names none.
    /// The two APIs keep their roles apart, as those of the original do: who may write enrollments does not change whom the service trusts.
    /// </summary>
    public static IReadOnlyList<string>? ActionsOf(string name) => name.ToUpperInvariant() switch
    {
        "CONTRIBUTOR" => DataActions.All,
        "READER" => DataActions.Reading,
        "MANAGER" => ManagementActions.All,
        "MANAGEMENT-READER" => ManagementActions.Reading,
        _ => BuiltIn.GetValueOrDefault(name) ?? BuiltIn.GetValueOrDefault(DataActions.Prefix + name),
    };

    /// <summary>What the values of a token's role claims permit together.</summary>
    internal static IReadOnlySet<string> ActionsOf(
        IEnumerable<string> values, IReadOnlyDictionary<string, IReadOnlyList<string>> configured)
    {
        var actions = new HashSet<string>(StringComparer.Ordinal);
        foreach (var value in values)
        {
            if (BuiltIn.TryGetValue(value, out var known)) actions.UnionWith(known);
            if (configured.TryGetValue(value, out var own)) actions.UnionWith(own);
        }

        return actions;
    }
}
