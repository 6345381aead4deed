namespace Muster.Core.Queries;

/// <summary>Kinds of tokens in a query text.</summary>
public enum QueryTokenKind
{
    /// <summary>A key word or a member path: letters, digits, <c>_</c>, <c>$</c>, <c>-</c> and dots between them.</summary>
    Name,

    /// <summary>A text in single quotes; a quote inside is doubled.</summary>
    Text,

    /// <summary>A number, with sign, fraction and exponent as in JSON.</summary>
    Number,

    /// <summary>One of <c>* ( ) , = != &lt;&gt; &lt; &lt;= &gt; &gt;=</c>.</summary>
    Symbol,

    /// <summary>The end of the text.</summary>
    End,
}
