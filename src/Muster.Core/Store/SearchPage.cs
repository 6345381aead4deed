namespace Muster.Core.Store;

/// <summary>A page of a search.</summary>
/// <typeparam name="T">What is listed.</typeparam>
/// <param name="Items">The page, in order.</param>
/// <param name="Next">The cursor of the next page; null when this is the last.</param>
public sealed record SearchPage<T>(IReadOnlyList<T> Items, string? Next);
