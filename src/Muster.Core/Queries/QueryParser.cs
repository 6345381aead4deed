using System.Globalization;

namespace Muster.Core.Queries;

/// <summary>
/// Reads query texts by the grammar of service-api S-8.1. A text that does not parse completely selects everything, because clients
/// rely on it; nothing a text holds is an error.
/// </summary>
public static class QueryParser
{
    /// <summary>How deep parentheses and NOTs may nest.</summary>
    public const int MaxDepth = 32;

    /// <summary>What <paramref name="text"/> asks for; <see cref="Query.Everything"/> when it does not parse.</summary>
    public static Query Parse(QuerySubject subject, string text) => TryParse(subject, text) ?? Query.Everything;

    /// <summary>What <paramref name="text"/> asks for; null when it does not parse.</summary>
    public static Query? TryParse(QuerySubject subject, string text) =>
        QueryLexer.Read(text) is { } tokens ? new Reading(subject, tokens).ReadQuery() : null;

    private sealed class Reading(QuerySubject subject, IReadOnlyList<QueryToken> tokens)
    {
        private int _at;
        private int _depth;

        private QueryToken Current => tokens[_at];

        public Query? ReadQuery()
        {
            if (Accept("*")) return AtEnd ? Query.Everything : null;
            if (!AcceptWord("select") || !Accept("*")) return null;
            // Whatever the source is called, the addressed entities are meant.
            if (AcceptWord("from") && AcceptName() is null) return null;

            QueryCondition? where = null;
            if (AcceptWord("where"))
            {
                where = ReadOr();
                if (where is null) return null;
            }

            QueryOrder? order = null;
            if (AcceptWord("order"))
            {
                if (!AcceptWord("by") || ReadMember() is not { Type: not QueryMemberType.CaselessList } member) return null;
                var isDescending = AcceptWord("desc");
                if (!isDescending) AcceptWord("asc");
                order = new QueryOrder(member, isDescending);
            }

            return AtEnd ? new Query(where, order) : null;
        }

        private bool AtEnd => Current.Kind == QueryTokenKind.End;

        private QueryCondition? ReadOr() => ReadList("or", ReadAnd, terms => new QueryOr(terms));

        private QueryCondition? ReadAnd() => ReadList("and", ReadTerm, terms => new QueryAnd(terms));

        private QueryCondition? ReadList(
            string word, Func<QueryCondition?> readOne, Func<IReadOnlyList<QueryCondition>, QueryCondition> combine)
        {
            var terms = new List<QueryCondition>();
            do
            {
                if (readOne() is not { } term) return null;
                terms.Add(term);
            }
            while (AcceptWord(word));
            return terms.Count == 1 ? terms[0] : combine(terms);
        }

        private QueryCondition? ReadTerm()
        {
            // A text must not be able to exhaust the stack.
            if (++_depth > MaxDepth) return null;
            var term = ReadNested();
            _depth--;
            return term;
        }

        private QueryCondition? ReadNested()
        {
            if (AcceptWord("not")) return ReadTerm() is { } negated ? new QueryNot(negated) : null;
            if (Accept("(")) return ReadOr() is { } inner && Accept(")") ? inner : null;
            return IsWord("startswith") && tokens[_at + 1] is { Kind: QueryTokenKind.Symbol, Value: "(" }
                ? ReadStartsWith()
                : ReadComparison();
        }

        private QueryStartsWith? ReadStartsWith()
        {
            _at += 2;
            if (ReadMember() is not { } member || !Accept(",") || Current.Kind != QueryTokenKind.Text) return null;
            var text = Current.Value;
            _at++;
            return Accept(")") ? new QueryStartsWith(member, text) : null;
        }

        private QueryComparison? ReadComparison()
        {
            if (ReadMember() is not { } member || Current.Kind != QueryTokenKind.Symbol) return null;
            QueryOperator? operation = Current.Value switch
            {
                "=" => QueryOperator.Equal,
                "!=" or "<>" => QueryOperator.NotEqual,
                "<" => QueryOperator.Less,
                "<=" => QueryOperator.LessOrEqual,
                ">" => QueryOperator.Greater,
                ">=" => QueryOperator.GreaterOrEqual,
                _ => null,
            };
            if (operation is not { } known) return null;
            _at++;
            if (LiteralOf(Current) is not { } literal) return null;
            _at++;
            return new QueryComparison(member, known, literal);
        }

        private static QueryLiteral? LiteralOf(QueryToken token)
        {
            switch (token.Kind)
            {
                case QueryTokenKind.Text:
                    return new TextLiteral(token.Value);
                case QueryTokenKind.Number
                    when long.TryParse(token.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole):
                    return new IntegerLiteral(whole);
                case QueryTokenKind.Number:
                    var number = double.Parse(token.Value, NumberStyles.Float, CultureInfo.InvariantCulture);
                    return double.IsFinite(number) ? new NumberLiteral(number) : null;
                case QueryTokenKind.Name:
                    return token.Value.ToUpperInvariant() switch
                    {
                        "TRUE" => new FlagLiteral(true),
                        "FALSE" => new FlagLiteral(false),
                        "NULL" => new NullLiteral(),
                        _ => null,
                    };
                default:
                    return null;
            }
        }

        private QueryMember? ReadMember() => AcceptName() is { } path ? QueryMembers.Find(subject, path) : null;

        private string? AcceptName() => Current.Kind == QueryTokenKind.Name ? tokens[_at++].Value : null;

        private bool IsWord(string word) =>
            Current.Kind == QueryTokenKind.Name && Current.Value.Equals(word, StringComparison.OrdinalIgnoreCase);

        private bool AcceptWord(string word)
        {
            if (!IsWord(word)) return false;
            _at++;
            return true;
        }

        private bool Accept(string symbol)
        {
            if (Current.Kind != QueryTokenKind.Symbol || Current.Value != symbol) return false;
            _at++;
            return true;
        }
    }
}
