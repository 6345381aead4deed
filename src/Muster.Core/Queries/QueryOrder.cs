namespace Muster.Core.Queries;

/// <summary>The order of a list; items with equal values follow by ID. Items without the member come first when ascending.</summary>
/// <param name="Member">The member.</param>
/// <param name="IsDescending">Whether the greatest comes first.</param>
public sealed record QueryOrder(QueryMember Member, bool IsDescending);
