using System.Text.Json;

namespace Muster.Core.Audit;

/// <summary>
/// The members of something as flat texts, to tell what a write changed. A secret takes part in the comparison, but only the fact
/// that it differs comes out.
/// </summary>
public sealed class AuditMembers
{
    private readonly SortedDictionary<string, (string Value, bool IsSecret)> _members = new(StringComparer.Ordinal);

    /// <summary>Adds a value that may be shown; null counts as absent.</summary>
    public void Add(string path, string? value)
    {
        if (value is not null) _members[path] = (value, false);
    }

    /// <summary>Adds a value that must not be shown; null counts as absent.</summary>
    public void AddSecret(string path, string? value)
    {
        if (value is not null) _members[path] = (value, true);
    }

    /// <summary>Adds every leaf of a JSON document; null counts as absent.</summary>
    public void Add(string path, JsonElement? document)
    {
        if (document is not { } element) return;
        switch (element.ValueKind)
        {
            case JsonValueKind.Object when element.EnumerateObject().Any():
                foreach (var member in element.EnumerateObject()) Add($"{path}.{member.Name}", member.Value);
                break;
            case JsonValueKind.String:
                Add(path, element.GetString());
                break;
            default:
                Add(path, element.GetRawText());
                break;
        }
    }

    /// <summary>What changed from <paramref name="before"/> to this, ordered by path.</summary>
    public IReadOnlyList<AuditChange> Since(AuditMembers before)
    {
        var changes = new List<AuditChange>();
        foreach (var path in _members.Keys.Union(before._members.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var isOld = before._members.TryGetValue(path, out var old);
            var isNew = _members.TryGetValue(path, out var now);
            if (isOld && isNew && old.Value == now.Value) continue;
            changes.Add(new AuditChange(path, isOld ? Show(old) : null, isNew ? Show(now) : null));
        }

        return changes;
    }

    private static string Show((string Value, bool IsSecret) member)
    {
        if (member.IsSecret) return AuditChange.Secret;
        if (member.Value.Length <= AuditChange.MaxValueLength) return member.Value;
        // Not between the halves of a surrogate pair, which would be no text.
        var end = char.IsHighSurrogate(member.Value[AuditChange.MaxValueLength - 1])
            ? AuditChange.MaxValueLength - 1
            : AuditChange.MaxValueLength;
        return member.Value[..end] + "...";
    }
}
