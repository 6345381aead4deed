namespace Muster.Core.Queries;

#pragma warning disable MA0048 // The closed set of literals reads best as one list.

/// <summary>A value in a query.</summary>
public abstract record QueryLiteral;

/// <summary>A text.</summary>
public sealed record TextLiteral(string Value) : QueryLiteral;

/// <summary>A whole number.</summary>
public sealed record IntegerLiteral(long Value) : QueryLiteral;

/// <summary>Any other number; finite.</summary>
public sealed record NumberLiteral(double Value) : QueryLiteral;

/// <summary>True or false.</summary>
public sealed record FlagLiteral(bool Value) : QueryLiteral;

/// <summary><c>null</c>: equal to members that are absent or null.</summary>
public sealed record NullLiteral : QueryLiteral;
