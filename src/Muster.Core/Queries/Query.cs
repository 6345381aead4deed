namespace Muster.Core.Queries;

/// <summary>What a query text asks for.</summary>
/// <param name="Where">Only items of which it is true; null selects all.</param>
/// <param name="OrderBy">The order; null is by ID without case.</param>
public sealed record Query(QueryCondition? Where, QueryOrder? OrderBy)
{
    /// <summary>Everything, by ID: also the meaning of a text that cannot be parsed.</summary>
    public static Query Everything { get; } = new(null, null);
}
