using System.Collections.Immutable;

namespace Muster.EmbeddedHub.Identities;

/// <summary>
/// The condition of an <c>If-Match</c> header. Clients write it as <c>*</c>, <c>"*"</c>, <c>"etag"</c>, <c>W/"etag"</c> or the
/// bare etag, and all of them mean the same (iot-hub 2.3).
/// </summary>
public sealed record ETagCondition
{
    private readonly ImmutableArray<string> _etags;

    private ETagCondition(ImmutableArray<string> etags) => _etags = etags;

    /// <summary>Holds for whatever exists.</summary>
    public static ETagCondition Any { get; } = new([]);

    /// <summary>Whether the condition holds for every etag.</summary>
    public bool IsAny => _etags.IsEmpty;

    /// <summary>Holds for one etag, given without quotes.</summary>
    public static ETagCondition For(string etag) => new([etag]);

    /// <summary>Reads a header value; null when it is absent or blank. A list holds when one of its members does.</summary>
    public static ETagCondition? Parse(string? header)
    {
        if (string.IsNullOrWhiteSpace(header)) return null;

        var etags = ImmutableArray.CreateBuilder<string>();
        foreach (var part in header.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var etag = part.StartsWith("W/", StringComparison.Ordinal) ? part[2..] : part;
            if (etag is ['"', .. var inner, '"']) etag = inner;
            if (etag is "*") return Any;
            etags.Add(etag);
        }

        return etags.Count == 0 ? null : new(etags.ToImmutable());
    }

    /// <summary>Whether the condition holds for <paramref name="etag"/>.</summary>
    public bool Matches(string etag) => IsAny || _etags.Contains(etag, StringComparer.Ordinal);
}
