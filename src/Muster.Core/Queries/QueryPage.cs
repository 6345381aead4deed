namespace Muster.Core.Queries;

/// <summary>A page of a query.</summary>
/// <typeparam name="T">What is listed.</typeparam>
/// <param name="Items">The items, in order.</param>
/// <param name="Next">Where the next page begins; null when there are no more items.</param>
public sealed record QueryPage<T>(IReadOnlyList<T> Items, QueryPosition? Next);
