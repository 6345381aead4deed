using System.Buffers;
using System.Net;
using Muster.Core.Errors;

namespace Muster.Core.Networking;

/// <summary>The network mode of an instance and its rules, as pure functions (behaviour B-14).</summary>
public sealed record NetworkRules
{
    /// <summary>Most rules of an instance (behaviour B-13).</summary>
    public const int MaxRules = 100;

    private const int MaxNameLength = 128;

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-:/\\.+%_#*?!(),=@;'");

    /// <summary>Anyone, without rules.</summary>
    public static NetworkRules Open { get; } = new();

    /// <summary>The mode.</summary>
    public PublicNetworkAccess Access { get; init; }

    /// <summary>The rules, in order; kept in every mode, in force in <see cref="PublicNetworkAccess.SelectedRanges"/>.</summary>
    public IReadOnlyList<IpFilterRule> Rules { get; init; } = [];

    /// <summary>Whether an address may reach a door, and which rule decided.</summary>
    /// <param name="address">The source; null when it is unknown, which only open networks let in.</param>
    /// <param name="door">The door; not <see cref="IpFilterTarget.All"/>.</param>
    public NetworkVerdict Judge(IPAddress? address, IpFilterTarget door)
    {
        switch (Access)
        {
            case PublicNetworkAccess.AllNetworks: return new NetworkVerdict(IsAllowed: true, Rule: null, "Public network access is open to all networks.");
            case PublicNetworkAccess.Disabled: return new NetworkVerdict(IsAllowed: false, Rule: null, "Public network access is disabled.");
        }

        if (Rules.Count == 0) return new NetworkVerdict(IsAllowed: true, Rule: null, "There are no rules.");
        if (address is null) return new NetworkVerdict(IsAllowed: false, Rule: null, "The source address is unknown.");
        foreach (var rule in Rules)
        {
            if ((rule.Target != IpFilterTarget.All && rule.Target != door) || !rule.Matches(address)) continue;
            return new NetworkVerdict(
                rule.Action == IpFilterAction.Accept, rule,
                $"The rule '{rule.FilterName}' ({rule.IpMask}) {(rule.Action == IpFilterAction.Accept ? "allows" : "blocks")} {IpFilterRule.Plain(address)}.");
        }

        return new NetworkVerdict(IsAllowed: true, Rule: null, $"No rule matches {IpFilterRule.Plain(address)}.");
    }

    /// <summary>The first thing that is wrong with the rules, or null. Members are <c>ipFilterRules[i].filterName</c> and <c>.ipMask</c>.</summary>
    public Refusal? Check() => CheckAll() is [var first, ..] ? first : null;

    /// <summary>Everything that is wrong with the rules, in their order.</summary>
    public IReadOnlyList<Refusal> CheckAll()
    {
        if (Rules.Count > MaxRules) return [Refusals.QuotaReached("IP filter rules", MaxRules)];
        var found = new List<Refusal>();
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < Rules.Count; i++)
        {
            var (name, mask) = (Rules[i].FilterName, Rules[i].IpMask);
            if (name.Length is < 1 or > MaxNameLength || name.AsSpan().ContainsAnyExcept(NameCharacters))
            {
                found.Add(Refusals.InvalidMember(
                    $"ipFilterRules[{i}].filterName", $"it must have 1 to {MaxNameLength} letters, digits and - : / \\ . + % _ # * ? ! ( ) , = @ ; '."));
            }
            else if (!names.Add(name))
            {
                found.Add(Refusals.InvalidMember($"ipFilterRules[{i}].filterName", $"the name '{name}' stands twice; case is ignored."));
            }

            if (!IpFilterRule.TryParseMask(mask, out _))
                found.Add(Refusals.InvalidMember($"ipFilterRules[{i}].ipMask", "it must be one address or a block such as 192.168.100.0/22."));
        }

        return found;
    }
}
