namespace Muster.Core.Queries;

/// <summary>A page of a list as a caller gets it.</summary>
/// <typeparam name="T">What is listed.</typeparam>
/// <param name="Items">The items, in order.</param>
/// <param name="Continuation">The token of the next page; null when there are no more items.</param>
public sealed record ListPage<T>(IReadOnlyList<T> Items, string? Continuation);
