using System.Text;

namespace Muster.Core.Queries;

/// <summary>Cuts a query text into tokens (service-api S-8.1).</summary>
public static class QueryLexer
{
    private static readonly string[] Symbols = ["!=", "<>", "<=", ">=", "<", ">", "=", "*", "(", ")", ","];

    /// <summary>The tokens, the last of them <see cref="QueryTokenKind.End"/>; null when the text has something that is no token.</summary>
    public static IReadOnlyList<QueryToken>? Read(string text)
    {
        var tokens = new List<QueryToken>();
        var at = 0;
        while (true)
        {
            while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
            if (at == text.Length)
            {
                tokens.Add(new QueryToken(QueryTokenKind.End, ""));
                return tokens;
            }

            if (ReadOne(text, ref at) is not { } token) return null;
            tokens.Add(token);
        }
    }

    private static QueryToken? ReadOne(string text, ref int at)
    {
        var first = text[at];
        if (first == '\'') return ReadText(text, ref at);
        if (char.IsAsciiLetter(first) || first is '_' or '$') return ReadName(text, ref at);
        if (char.IsAsciiDigit(first) || first == '-') return ReadNumber(text, ref at);
        foreach (var symbol in Symbols)
        {
            if (string.CompareOrdinal(text, at, symbol, 0, symbol.Length) != 0) continue;
            at += symbol.Length;
            return new QueryToken(QueryTokenKind.Symbol, symbol);
        }

        return null;
    }

    private static QueryToken? ReadText(string text, ref int at)
    {
        var value = new StringBuilder();
        for (at++; at < text.Length; at++)
        {
            if (text[at] != '\'')
            {
                value.Append(text[at]);
            }
            else if (at + 1 < text.Length && text[at + 1] == '\'')
            {
                value.Append(text[at++]);
            }
            else
            {
                at++;
                return new QueryToken(QueryTokenKind.Text, value.ToString());
            }
        }

        return null;
    }

    private static QueryToken ReadName(string text, ref int at)
    {
        var start = at;
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] is '_' or '$' or '-' or '.')) at++;
        return new QueryToken(QueryTokenKind.Name, text[start..at]);
    }

    private static QueryToken? ReadNumber(string text, ref int at)
    {
        var start = at;
        if (text[at] == '-') at++;
        if (!SkipDigits(text, ref at)) return null;
        if (at < text.Length && text[at] == '.')
        {
            at++;
            if (!SkipDigits(text, ref at)) return null;
        }

        if (at < text.Length && (text[at] is 'e' or 'E'))
        {
            at++;
            if (at < text.Length && (text[at] is '+' or '-')) at++;
            if (!SkipDigits(text, ref at)) return null;
        }

        return new QueryToken(QueryTokenKind.Number, text[start..at]);
    }

    private static bool SkipDigits(string text, ref int at)
    {
        var start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
        return at > start;
    }
}
