namespace Muster.Core.Queries;

#pragma warning disable MA0048 // The syntax tree reads best as one list.

/// <summary>
/// A condition, either true or false of an item: there is no third value. A comparison with a member that is absent, or of a type
/// that the literal does not have, is false, so its negation is true.
/// </summary>
public abstract record QueryCondition;

/// <summary>A member against a value.</summary>
public sealed record QueryComparison(QueryMember Member, QueryOperator Operator, QueryLiteral Literal) : QueryCondition;

/// <summary>A member that begins with a text.</summary>
public sealed record QueryStartsWith(QueryMember Member, string Text) : QueryCondition;

/// <summary>All of at least two.</summary>
public sealed record QueryAnd(IReadOnlyList<QueryCondition> Terms) : QueryCondition;

/// <summary>Any of at least two.</summary>
public sealed record QueryOr(IReadOnlyList<QueryCondition> Terms) : QueryCondition;

/// <summary>Not.</summary>
public sealed record QueryNot(QueryCondition Term) : QueryCondition;
