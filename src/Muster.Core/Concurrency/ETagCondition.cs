namespace Muster.Core.Concurrency;

/// <summary>
/// The condition of a write: none, any existing entity, one of some tags, or "must not exist". Clients write
/// <c>If-Match</c> in every way there is - bare Base64, in quotes, weak, the inner text in quotes, <c>"*"</c> in quotes -
/// and all of them are understood (service-api S-5).
/// </summary>
public sealed record ETagCondition
{
    private readonly string[] _tags;

    private ETagCondition(bool isAny, bool mustNotExist, string[] tags)
    {
        IsAny = isAny;
        MustNotExist = mustNotExist;
        _tags = tags;
    }

    /// <summary>No condition was given: a PUT creates only, a DELETE deletes whatever is there.</summary>
    public static ETagCondition None { get; } = new(false, false, []);

    /// <summary><c>*</c>: any existing entity.</summary>
    public static ETagCondition Any { get; } = new(true, false, []);

    /// <summary><c>If-None-Match: *</c>: create only.</summary>
    public static ETagCondition CreateOnly { get; } = new(false, true, []);

    /// <summary>Whether no condition was given.</summary>
    public bool IsNone => !IsAny && !MustNotExist && _tags.Length == 0;

    /// <summary>Whether any existing entity satisfies it.</summary>
    public bool IsAny { get; }

    /// <summary>Whether only a missing entity satisfies it.</summary>
    public bool MustNotExist { get; }

    /// <summary>Reads the raw text of an <c>If-Match</c> header; null or blank is <see cref="None"/>.</summary>
    public static ETagCondition Parse(string? ifMatch)
    {
        var tags = (ifMatch ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(Normalise).Where(tag => tag.Length > 0).ToArray();
        if (tags.Length == 0) return None;
        return tags.Contains("*", StringComparer.Ordinal) ? Any : new ETagCondition(false, false, tags);
    }

    /// <summary>Whether an entity with <paramref name="etag"/> satisfies it. <see cref="None"/> is satisfied by everything.</summary>
    public bool IsSatisfiedBy(string etag)
    {
        if (MustNotExist) return false;
        if (IsAny || _tags.Length == 0) return true;
        var inner = ETag.InnerText(etag);
        return _tags.Any(tag => tag == etag || tag == inner);
    }

    private static string Normalise(string tag)
    {
        if (tag.StartsWith("W/", StringComparison.OrdinalIgnoreCase)) tag = tag[2..];
        return tag.Length >= 2 && tag[0] == '"' && tag[^1] == '"' ? tag[1..^1] : tag;
    }
}
