using System.Text.Json;

namespace Muster.Core.Hubs;

/// <summary>Twin content to write; a null section is left alone.</summary>
/// <param name="Tags">Tags.</param>
/// <param name="Desired">Desired properties.</param>
/// <param name="Reported">Reported properties; only for hubs that can take them.</param>
public sealed record HubTwin(JsonElement? Tags, JsonElement? Desired, JsonElement? Reported = null)
{
    /// <summary>Nothing to write.</summary>
    public static HubTwin Empty { get; } = new(null, null);

    /// <summary>Whether there is nothing to write.</summary>
    public bool IsEmpty => IsEmptySection(Tags) && IsEmptySection(Desired) && IsEmptySection(Reported);

    /// <summary>Whether two sections say the same; an absent one is an empty one.</summary>
    public static bool AreEqual(JsonElement? one, JsonElement? other)
    {
        var isEmpty = IsEmptySection(one);
        return isEmpty == IsEmptySection(other) && (isEmpty || JsonElement.DeepEquals(one!.Value, other!.Value));
    }

    private static bool IsEmptySection(JsonElement? section) =>
        section is not { ValueKind: JsonValueKind.Object } value || !value.EnumerateObject().Any();
}
