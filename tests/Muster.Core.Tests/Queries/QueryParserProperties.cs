using FsCheck;
using FsCheck.Fluent;
using Muster.Core.Queries;

namespace Muster.Core.Tests.Queries;

public sealed class QueryParserProperties
{
    private static readonly string[] Pieces =
    [
        "select", "SELECT", "*", "from", "enrollments", "where", "order", "by", "asc", "desc", "and", "or", "not", "(", ")", ",", "=", "!=",
        "<>", "<", "<=", ">", ">=", "startswith", "'a'", "'it''s'", "'", "1", "-1.5", "1e400", "-", ".", "true", "null", "etag",
        "registrationId", "initialTwin.tags.a", "initialTwin.tags", "unknown", "\0", "\ud800", "ü", "\n", "",
    ];

    [Fact]
    public void No_text_makes_the_parser_throw() =>
        Prop.ForAll<string>(text => Enum.GetValues<QuerySubject>().All(subject => QueryParser.Parse(subject, text ?? "") is not null))
            .QuickCheckThrowOnFailure();

    [Fact]
    public void No_order_of_tokens_makes_the_parser_throw() =>
        Prop.ForAll(
            Arb.From(Gen.Elements(Pieces).ListOf().Select(pieces => "select * where " + string.Join(' ', pieces))),
            text => QueryParser.Parse(QuerySubject.Enrollments, text) is not null)
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Written_condition_parses_to_itself() =>
        Prop.ForAll(Arb.From(Conditions(4)), condition =>
        {
            var query = QueryParser.TryParse(QuerySubject.Enrollments, "select * where " + Write(condition));
            return query?.Where is { } parsed && QueryParserTests.Show(parsed) == QueryParserTests.Show(condition);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Changed_continuation_token_is_none()
    {
        var tokens = ContinuationTokens.Ephemeral();
        Prop.ForAll<string, int, int>((key, at, change) =>
        {
            var token = tokens.Create("scope", new QueryPosition(key ?? "", null));
            var index = (int)((uint)at % token.Length);
            var replacement = "ABCabc-_019"[(int)((uint)change % 11)];
            return token[index] == replacement
                || tokens.Read("scope", token[..index] + replacement + token[(index + 1)..]) is null
                // The last character of Base64 has bits that mean nothing.
                || index == token.Length - 1;
        }).QuickCheckThrowOnFailure();
    }

    private static Gen<QueryCondition> Conditions(int depth)
    {
        var member = Gen.Elements("etag", "registrationId", "initialTwin.tags.a", "createdDateTimeUtc")
            .Select(path => QueryMembers.Find(QuerySubject.Enrollments, path)!);
        var comparison =
            from subject in member
            from operation in Gen.Elements(Enum.GetValues<QueryOperator>())
            from literal in Gen.Elements<QueryLiteral>(
                new TextLiteral("it's"), new TextLiteral(""), new IntegerLiteral(-7), new NumberLiteral(1.5), new FlagLiteral(true), new NullLiteral())
            select (QueryCondition)new QueryComparison(subject, operation, literal);
        var starts = from subject in member select (QueryCondition)new QueryStartsWith(subject, "a'b");
        if (depth == 0) return Gen.OneOf(comparison, starts);

        var inner = Conditions(depth - 1);
        return Gen.OneOf(
            comparison,
            starts,
            inner.Select(term => (QueryCondition)new QueryNot(term)),
            inner.Two().Select(pair => (QueryCondition)new QueryAnd([pair.Item1, pair.Item2])),
            inner.Two().Select(pair => (QueryCondition)new QueryOr([pair.Item1, pair.Item2])));
    }

    private static string Write(QueryCondition condition) => condition switch
    {
        QueryComparison comparison => QueryParserTests.Show(comparison) is var shown
            ? $"{PathOf(comparison.Member)} {QueryParserTests.Symbol(comparison.Operator)} {Quote(shown)}"
            : "",
        QueryStartsWith starts => $"startswith({PathOf(starts.Member)}, '{starts.Text.Replace("'", "''", StringComparison.Ordinal)}')",
        QueryNot not => $"not ({Write(not.Term)})",
        QueryAnd and => string.Join(" and ", and.Terms.Select(term => $"({Write(term)})")),
        QueryOr or => string.Join(" or ", or.Terms.Select(term => $"({Write(term)})")),
        _ => throw new InvalidOperationException(),
    };

    private static string PathOf(QueryMember member) => string.Join('.', member.Path.Prepend(member.Name));

    // The literal stands last in the shown form.
    private static string Quote(string shown)
    {
        var literal = shown[(shown.IndexOf(' ', shown.IndexOf(' ', StringComparison.Ordinal) + 1) + 1)..^1];
        return literal.StartsWith('\'') ? $"'{literal[1..^1].Replace("'", "''", StringComparison.Ordinal)}'" : literal;
    }
}
