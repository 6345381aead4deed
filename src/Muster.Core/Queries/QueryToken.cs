namespace Muster.Core.Queries;

/// <summary>A token of a query text.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Value">The name, the text without its quotes, the number's digits, or the symbol; empty at the end.</param>
public readonly record struct QueryToken(QueryTokenKind Kind, string Value);
