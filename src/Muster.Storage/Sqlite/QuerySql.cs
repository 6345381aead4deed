using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using Muster.Core.Queries;

namespace Muster.Storage.Sqlite;

/// <summary>
/// Puts a query into one SELECT over a table. The text is made of constants; whatever a caller wrote travels as a parameter. Conditions
/// that an index answers are written as the index has them, but only where all of the result passes through them: inside OR and NOT,
/// and for ranges of time in a list by ID, the engine is kept from collecting and sorting all matches for the sake of one page.
/// </summary>
internal sealed class QuerySql
{
    // Longer texts could not travel in a continuation token; those that begin alike follow by ID.
    private const int SortedCharacters = 128;

    private const string False = "0";

    private readonly QuerySubject _subject;
    private readonly Query _query;
    private readonly SqliteCommand _command;
    private readonly StringBuilder _where = new();

    // Whether the index of a condition leads to so few rows that their order need not come from an index too.
    private bool _fewMatch;

    private QuerySql(QuerySubject subject, Query query, SqliteCommand command)
    {
        _subject = subject;
        _query = query;
        _command = command;
    }

    /// <summary>Fills <paramref name="command"/> with a SELECT of document, key and sort value.</summary>
    /// <param name="command">An empty command.</param>
    /// <param name="subject">What the query is over.</param>
    /// <param name="fixedConditions">What the query cannot change; constant SQL.</param>
    /// <param name="query">The query.</param>
    /// <param name="after">Where the page begins, or null.</param>
    /// <param name="limit">Most rows.</param>
    public static void Fill(
        SqliteCommand command, QuerySubject subject, string fixedConditions, Query query, QueryPosition? after, int limit)
    {
        var sql = new QuerySql(subject, query, command);
        sql._where.Append(fixedConditions);
        if (query.Where is { } where) sql.AddConjuncts(where);

        var table = subject == QuerySubject.Registrations ? "registrations" : "enrollments";
        var sort = sql.SortExpression(out var isAlwaysThere);
        var direction = query.OrderBy is { IsDescending: true } ? " DESC" : "";
        if (after is not null) sql.AddPosition(sort, isAlwaysThere, after);
        var order = sort == "key" ? $"{Plain("key", !sql._fewMatch)}{direction}" : $"{sort}{direction}, key{direction}";
#pragma warning disable CA2100 // Made of constants; see above.
        command.CommandText =
            $"SELECT document, key, {(sort == "key" ? "NULL" : sort)} FROM {table} "
            + $"WHERE {sql._where} ORDER BY {order} LIMIT {sql.Bind((long)limit)}";
#pragma warning restore CA2100
    }

    private string Bind(object value)
    {
        var name = "@q" + _command.Parameters.Count.ToString(CultureInfo.InvariantCulture);
        _command.Parameters.AddWithValue(name, value);
        return name;
    }

    private void AddConjuncts(QueryCondition condition)
    {
        if (condition is QueryAnd and)
        {
            foreach (var term in and.Terms) AddConjuncts(term);
            return;
        }

        _where.Append(" AND ").Append(Translate(condition, isConjunct: true));
    }

    private string Translate(QueryCondition condition, bool isConjunct) => condition switch
    {
        QueryAnd and => Join(and.Terms, " AND "),
        QueryOr or => Join(or.Terms, " OR "),
        QueryNot not => Negate(Translate(not.Term, isConjunct: false)),
        QueryStartsWith startsWith => StartsWith(startsWith, isConjunct),
        QueryComparison { Operator: QueryOperator.NotEqual } comparison =>
            Negate(Compare(comparison with { Operator = QueryOperator.Equal }, isConjunct: false)),
        QueryComparison comparison => Compare(comparison, isConjunct),
        _ => throw new InvalidOperationException($"The store does not know the condition {condition.GetType().Name}."),
    };

    private string Join(IReadOnlyList<QueryCondition> terms, string word) =>
        "(" + string.Join(word, terms.Select(term => Translate(term, isConjunct: false))) + ")";

    // SQL's third value, unknown, counts as false; negated it must be true.
    private static string Negate(string condition) => $"NOT coalesce({condition}, 0)";

    private string Compare(QueryComparison comparison, bool isConjunct)
    {
        var member = comparison.Member;
        if (member.Type == QueryMemberType.Json) return CompareJson(comparison);
        if (member.Type == QueryMemberType.CaselessList) return CompareList(comparison);

        var column = QueryColumn.Of(_subject, member);
        if (comparison.Literal is NullLiteral) return IsNull(column.Sql, comparison.Operator);
        if (ValueOf(member, column, comparison.Literal) is not { } value) return False;

        var operation = Symbol(comparison.Operator);
        var isEqual = comparison.Operator == QueryOperator.Equal;
        switch (member.Type)
        {
            case QueryMemberType.Flag or QueryMemberType.Enumeration when !isEqual:
                return False;
            case QueryMemberType.Enumeration:
                // The value is one of the catalog's; only as a constant it lets the engine use an index over part of the rows.
                return $"{Plain(column.Sql, isConjunct)} = '{value}'";
            case QueryMemberType.CaselessText when !column.IsKey:
                return $"lower({column.Sql}) {operation} {Bind(value)}";
            case QueryMemberType.Text when isEqual && isConjunct && column.Sql == QueryColumn.Device:
                _fewMatch = true;
                var device = Bind(value);
                return $"{column.Sql} IS NOT NULL AND lower({column.Sql}) = lower({device}) AND {column.Sql} = {device}";
            case QueryMemberType.Time:
                return $"{Plain(column.Sql, isConjunct && _query.OrderBy?.Member == member)} {operation} {Bind(value)}";
            default:
                return $"{Plain(column.Sql, isConjunct)} {operation} {Bind(value)}";
        }
    }

    // A plus sign changes no value, but takes the expression out of the engine's choice of indexes.
    private static string Plain(string sql, bool mayUseIndex) => mayUseIndex ? sql : "+" + sql;

    private string CompareList(QueryComparison comparison) => comparison switch
    {
        { Literal: NullLiteral } => IsNull("json_extract(CAST(document AS TEXT), '$.iotHubs')", comparison.Operator),
        { Literal: TextLiteral text, Operator: QueryOperator.Equal } =>
            "EXISTS (SELECT 1 FROM json_each(CAST(document AS TEXT), '$.iotHubs') "
            + $"WHERE lower(value) = {Bind(text.Value.ToLowerInvariant())})",
        _ => False,
    };

    private string CompareJson(QueryComparison comparison)
    {
        var path = Bind(PathOf(comparison.Member));
        var column = QueryColumn.OfJson(path).Sql;
        var type = QueryColumn.TypeOfJson(path);
        var operation = Symbol(comparison.Operator);
        return comparison.Literal switch
        {
            NullLiteral => IsNull(column, comparison.Operator),
            FlagLiteral flag => comparison.Operator == QueryOperator.Equal ? $"{type} = '{(flag.Value ? "true" : "false")}'" : False,
            TextLiteral text => $"({type} = 'text' AND {column} {operation} {Bind(text.Value)})",
            IntegerLiteral whole => $"({type} IN ('integer', 'real') AND {column} {operation} {Bind(whole.Value)})",
            NumberLiteral number => $"({type} IN ('integer', 'real') AND {column} {operation} {Bind(number.Value)})",
            _ => False,
        };
    }

    private string StartsWith(QueryStartsWith startsWith, bool isConjunct)
    {
        var member = startsWith.Member;
        switch (member.Type)
        {
            case QueryMemberType.Json:
                var path = Bind(PathOf(member));
                return $"({QueryColumn.TypeOfJson(path)} = 'text' AND {Begins(QueryColumn.OfJson(path).Sql, startsWith.Text)})";
            case QueryMemberType.CaselessText when QueryColumn.Of(_subject, member) is { IsKey: true }:
                // Keys are ASCII, so that this range is what begins with the text.
                var lower = startsWith.Text.ToLowerInvariant();
                return $"({Plain("key", isConjunct)} >= {Bind(lower)} AND {Plain("key", isConjunct)} < {Bind(lower + "\u007f")})";
            case QueryMemberType.CaselessText:
                return Begins($"lower({QueryColumn.Of(_subject, member).Sql})", startsWith.Text.ToLowerInvariant());
            case QueryMemberType.Text or QueryMemberType.Enumeration:
                return Begins(QueryColumn.Of(_subject, member).Sql, startsWith.Text);
            default:
                return False;
        }
    }

    private string Begins(string sql, string text)
    {
        var bound = Bind(text);
        return $"substr({sql}, 1, length({bound})) = {bound}";
    }

    private static string IsNull(string sql, QueryOperator operation) => operation == QueryOperator.Equal ? $"{sql} IS NULL" : False;

    private static string Symbol(QueryOperator operation) => operation switch
    {
        QueryOperator.Equal => "=",
        QueryOperator.Less => "<",
        QueryOperator.LessOrEqual => "<=",
        QueryOperator.Greater => ">",
        QueryOperator.GreaterOrEqual => ">=",
        _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, null),
    };

    /// <summary>The literal as the column holds it; null when the column never holds such a value.</summary>
    private static object? ValueOf(QueryMember member, QueryColumn column, QueryLiteral literal) => (member.Type, literal) switch
    {
        (QueryMemberType.Text, TextLiteral text) => text.Value,
        (QueryMemberType.CaselessText, TextLiteral text) => text.Value.ToLowerInvariant(),
        (QueryMemberType.Enumeration, TextLiteral text) =>
            member.Values.FirstOrDefault(value => value.Equals(text.Value, StringComparison.OrdinalIgnoreCase)),
        (QueryMemberType.Flag, FlagLiteral flag) => flag.Value ? 1L : 0L,
        (QueryMemberType.Number, IntegerLiteral whole) => whole.Value,
        (QueryMemberType.Number, NumberLiteral number) => number.Value,
        (QueryMemberType.Time, TextLiteral text) when TryReadTime(text.Value, out var time) =>
            column.IsTicks ? time.UtcTicks : TimeText(time),
        _ => null,
    };

    // As documents have it, with the fraction trimmed; such texts in UTC sort as their times do.
    private static string TimeText(DateTimeOffset time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture) + "+00:00";

    private static bool TryReadTime(string text, out DateTimeOffset time) => DateTimeOffset.TryParse(
        text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);

    private static string PathOf(QueryMember member) =>
        QueryColumn.RootOfJson(member) + string.Concat(member.Path.Select(name => $".\"{name}\""));

    private string SortExpression(out bool isAlwaysThere)
    {
        isAlwaysThere = true;
        if (_query.OrderBy is not { } order) return "key";
        if (order.Member.Type == QueryMemberType.Json)
        {
            isAlwaysThere = false;
            var sql = QueryColumn.OfJson(Bind(PathOf(order.Member))).Sql;
            return $"CASE typeof({sql}) WHEN 'text' THEN substr({sql}, 1, {SortedCharacters}) ELSE {sql} END";
        }

        var column = QueryColumn.Of(_subject, order.Member);
        isAlwaysThere = column.IsAlwaysThere;
        return order.Member.Type switch
        {
            QueryMemberType.Text when !isAlwaysThere => $"substr({column.Sql}, 1, {SortedCharacters})",
            QueryMemberType.CaselessText when !column.IsKey => $"substr(lower({column.Sql}), 1, {SortedCharacters})",
            _ => column.Sql,
        };
    }

    private void AddPosition(string sort, bool isAlwaysThere, QueryPosition after)
    {
        var isDescending = _query.OrderBy is { IsDescending: true };
        var beyond = isDescending ? "<" : ">";
        var key = Bind(after.Key);
        if (sort == "key") _where.Append($" AND {Plain("key", !_fewMatch)} {beyond} {key}");
        else if (after.SortValue is null)
            _where.Append(isDescending ? $" AND {sort} IS NULL AND key < {key}" : $" AND ({sort} IS NOT NULL OR key > {key})");
        else
        {
            var value = Bind(after.SortValue);
            _where.Append($" AND (({sort}, key) {beyond} ({value}, {key})");
            // Items without the member come last then.
            if (isDescending && !isAlwaysThere) _where.Append($" OR {sort} IS NULL");
            _where.Append(')');
        }
    }
}
