using Muster.Core.Errors;
using Muster.Core.Hubs;

namespace Muster.Core.Instances;

/// <summary>The rules of an instance's members (behaviour B-1, portal P2). Refusals name the member.</summary>
public static class InstanceRules
{
    /// <summary>Most instances of a server (behaviour B-13 gives 10 for each subscription; this is what one process is meant for).</summary>
    public const int MaxInstances = 100;

    /// <summary>Shortest name.</summary>
    public const int MinNameLength = 3;

    /// <summary>Longest name.</summary>
    public const int MaxNameLength = 64;

    private const int MaxLabelLength = 90;
    private const int MaxTags = 50;
    private const int MaxHostNames = 20;
    private const int ScopeTailLength = 8;

    /// <summary>Everything that is wrong with the definition by itself; empty when nothing is.</summary>
    public static IReadOnlyList<Refusal> Check(InstanceDefinition definition)
    {
        var found = new List<Refusal>();
        Add(found, CheckName(definition.Name));
        if (definition.IdScope is { } scope) Add(found, CheckIdScope(scope));
        CheckHosts(definition.ServiceHostNames, found);
        CheckLabel("location", definition.Location, found);
        CheckLabel("resourceGroup", definition.ResourceGroup, found);
        CheckTags(definition.Tags, found);
        found.AddRange(definition.Network.CheckAll());
        return found;
    }

    /// <summary>What is wrong with a name; null when nothing is.</summary>
    public static Refusal? CheckName(string name)
    {
        if (name.Length is < MinNameLength or > MaxNameLength)
            return Refusals.InvalidMember("name", $"it must have {MinNameLength} to {MaxNameLength} characters.");
        return name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') && name[0] != '-' && name[^1] != '-'
            ? null
            : Refusals.InvalidMember("name", "it may have letters, digits and hyphens only, with no hyphen at either end.");
    }

    /// <summary>What is wrong with an ID scope that devices know already; null when nothing is.</summary>
    public static Refusal? CheckIdScope(string scope) =>
        scope.Length == ScopeTailLength + 3 && scope[0] is '0' or '1' && scope.AsSpan(1, 2).SequenceEqual("ne") && scope.All(char.IsAsciiLetterOrDigit)
            ? null
            : Refusals.InvalidMember("idScope", "it must be 0ne or 1ne and 8 letters or digits, such as 0ne0004E52G.");

    /// <summary>What is wrong with the service hosts.</summary>
    public static IReadOnlyList<Refusal> CheckHosts(IReadOnlyList<string> hosts)
    {
        var found = new List<Refusal>();
        CheckHosts(hosts, found);
        return found;
    }

    private static void CheckHosts(IReadOnlyList<string> hosts, List<Refusal> found)
    {
        if (hosts.Count > MaxHostNames) found.Add(Refusals.InvalidMember("serviceHostNames", $"at most {MaxHostNames} are allowed."));
        for (var i = 0; i < hosts.Count; i++)
        {
            if (!HubConnectionString.IsHostName(hosts[i]))
                found.Add(Refusals.InvalidMember($"serviceHostNames[{i}]", "it must be a host name without scheme, port and path."));
        }
    }

    private static void CheckLabel(string member, string? text, List<Refusal> found)
    {
        if (text?.Length > MaxLabelLength || text?.Any(char.IsControl) == true)
            found.Add(Refusals.InvalidMember(member, $"it may have at most {MaxLabelLength} characters and no control characters."));
    }

    private static void CheckTags(IReadOnlyList<InstanceTag> tags, List<Refusal> found)
    {
        if (tags.Count > MaxTags) found.Add(Refusals.InvalidMember("tags", $"at most {MaxTags} are allowed."));
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < tags.Count; i++)
        {
            if (tags[i].Name.Length is < 1 or > 512 || tags[i].Name.Any(c => char.IsControl(c) || "<>%&\\?/".Contains(c, StringComparison.Ordinal)))
                found.Add(Refusals.InvalidMember($"tags[{i}].name", "it must have 1 to 512 characters, none of < > % & \\ ? / among them."));
            else if (!names.Add(tags[i].Name))
                found.Add(Refusals.InvalidMember($"tags[{i}].name", $"'{tags[i].Name}' is there twice; upper and lower case count as the same."));
            if (tags[i].Value.Length > 256) found.Add(Refusals.InvalidMember($"tags[{i}].value", "it may have at most 256 characters."));
        }
    }

    private static void Add(List<Refusal> found, Refusal? refusal)
    {
        if (refusal is not null) found.Add(refusal);
    }
}
