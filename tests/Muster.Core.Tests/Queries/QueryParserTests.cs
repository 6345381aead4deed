using System.Globalization;
using Muster.Core.Queries;

namespace Muster.Core.Tests.Queries;

/// <summary>The grammar of service-api S-8.1.</summary>
public sealed class QueryParserTests
{
    [Theory]
    [InlineData("*")]
    [InlineData(" * ")]
    [InlineData("SELECT *")]
    [InlineData("select\t*\r\n")]
    [InlineData("select*from enrollments")]
    [InlineData("SELECT * FROM enrollmentGroups")]
    [InlineData("select * from deviceRegistrations")]
    [InlineData("select * from something-else")]
    public void Text_without_a_condition_parses_to_everything(string text) =>
        Assert.Equal(Query.Everything, QueryParser.TryParse(QuerySubject.Enrollments, text));

    [Theory]
    [InlineData("")]
    [InlineData("this is not a query")]
    [InlineData("select")]
    [InlineData("select deviceId")]
    [InlineData("select * from")]
    [InlineData("select * where")]
    [InlineData("select * where etag")]
    [InlineData("select * where etag =")]
    [InlineData("select * where etag = 'x")]
    [InlineData("select * where etag = x")]
    [InlineData("select * where etag == 'x'")]
    [InlineData("select * where 'x' = etag")]
    [InlineData("select * where unknown = 'x'")]
    [InlineData("select * where attestation.symmetricKey.primaryKey = 'x'")]
    [InlineData("select * where enrollmentGroupId = 'x'")]
    [InlineData("select * where initialTwin.tags = 'x'")]
    [InlineData("select * where initialTwin.tags..a = 'x'")]
    [InlineData("select * where initialTwin.tags. = 'x'")]
    [InlineData("select * where (etag = 'x'")]
    [InlineData("select * where etag = 'x')")]
    [InlineData("select * where etag = 'x' and")]
    [InlineData("select * where not")]
    [InlineData("select * where startswith(etag)")]
    [InlineData("select * where startswith(etag, 1)")]
    [InlineData("select * where startswith(etag, 'x'")]
    [InlineData("select * where etag = 1.")]
    [InlineData("select * where etag = -")]
    [InlineData("select * where etag = 1e999")]
    [InlineData("select * order etag")]
    [InlineData("select * order by")]
    [InlineData("select * order by iotHubs")]
    [InlineData("select * order by etag, deviceId")]
    [InlineData("select * order by etag where etag = 'x'")]
    [InlineData("select * from enrollments group by etag")]
    [InlineData("select * ; drop table enrollments")]
    [InlineData("select * where etag = 'x' -- and more")]
    public void Text_beyond_the_grammar_selects_everything(string text)
    {
        Assert.Null(QueryParser.TryParse(QuerySubject.Enrollments, text));
        Assert.Equal(Query.Everything, QueryParser.Parse(QuerySubject.Enrollments, text));
    }

    // The right side is the tree in prefix form.
    [Theory]
    [InlineData("etag = 'x'", "(= etag 'x')")]
    [InlineData("ETAG<>'it''s'", "(!= etag 'it's')")]
    [InlineData("etag!=''", "(!= etag '')")]
    [InlineData("attestation.X509.clientCertificates.primary.info.version >= 3", "(>= attestation.x509.clientCertificates.primary.info.version 3)")]
    [InlineData("initialTwin.tags.Site-1.$x < -1.5e1", "(< initialTwin.tags/Site-1/$x -15)")]
    [InlineData("optionalDeviceInformation.a = true", "(= optionalDeviceInformation/a true)")]
    [InlineData("deviceId = null", "(= deviceId null)")]
    [InlineData("deviceId = NULL", "(= deviceId null)")]
    [InlineData("startswith(registrationId, 'a''')", "(startswith registrationId 'a'')")]
    [InlineData("StartsWith ( registrationId , 'a' )", "(startswith registrationId 'a')")]
    [InlineData("etag='a' or etag='b' and etag='c'", "(or (= etag 'a') (and (= etag 'b') (= etag 'c')))")]
    [InlineData("(etag='a' or etag='b') and etag='c'", "(and (or (= etag 'a') (= etag 'b')) (= etag 'c'))")]
    [InlineData("not etag='a' and not not etag='b'", "(and (not (= etag 'a')) (not (not (= etag 'b'))))")]
    [InlineData("not (etag='a' AND etag='b')", "(not (and (= etag 'a') (= etag 'b')))")]
    [InlineData("etag='a' order by etag", "(= etag 'a') etag asc")]
    [InlineData("etag='a' order by initialTwin.tags.a DESC", "(= etag 'a') initialTwin.tags/a desc")]
    [InlineData("etag='order by'", "(= etag 'order by')")]
    public void Condition_parses(string text, string expected)
    {
        var query = QueryParser.TryParse(QuerySubject.Enrollments, "select * where " + text)!;
        var order = query.OrderBy is { } by ? $" {Show(by.Member)} {(by.IsDescending ? "desc" : "asc")}" : "";
        Assert.Equal(expected, Show(query.Where!) + order);
    }

    [Fact]
    public void Each_subject_has_its_own_members()
    {
        Assert.NotNull(QueryParser.TryParse(QuerySubject.EnrollmentGroups, "select * where enrollmentGroupId = 'x'"));
        Assert.Null(QueryParser.TryParse(QuerySubject.EnrollmentGroups, "select * where deviceId = 'x'"));
        Assert.NotNull(QueryParser.TryParse(QuerySubject.Registrations, "select * where status = 'assigned' order by lastUpdatedDateTimeUtc"));
        Assert.Null(QueryParser.TryParse(QuerySubject.Registrations, "select * where provisioningStatus = 'enabled'"));
    }

    [Fact]
    public void Nesting_has_a_bound()
    {
        Assert.NotNull(QueryParser.TryParse(QuerySubject.Enrollments, Nested(QueryParser.MaxDepth - 1)));
        Assert.Null(QueryParser.TryParse(QuerySubject.Enrollments, Nested(QueryParser.MaxDepth)));
        Assert.Null(QueryParser.TryParse(QuerySubject.Enrollments, Nested(100_000)));

        static string Nested(int depth) => "select * where " + new string('(', depth) + "etag = 'x'" + new string(')', depth);
    }

    [Fact]
    public void No_query_reaches_a_key() => Assert.DoesNotContain(
        Enum.GetValues<QuerySubject>().SelectMany(QueryMembers.All), member => member.Name.Contains("symmetricKey", StringComparison.OrdinalIgnoreCase));

    internal static string Show(QueryCondition condition) => condition switch
    {
        QueryComparison comparison => $"({Symbol(comparison.Operator)} {Show(comparison.Member)} {Show(comparison.Literal)})",
        QueryStartsWith starts => $"(startswith {Show(starts.Member)} '{starts.Text}')",
        QueryNot not => $"(not {Show(not.Term)})",
        QueryAnd and => $"(and {string.Join(' ', and.Terms.Select(Show))})",
        QueryOr or => $"(or {string.Join(' ', or.Terms.Select(Show))})",
        _ => throw new InvalidOperationException(),
    };

    internal static string Symbol(QueryOperator operation) => operation switch
    {
        QueryOperator.Equal => "=",
        QueryOperator.NotEqual => "!=",
        QueryOperator.Less => "<",
        QueryOperator.LessOrEqual => "<=",
        QueryOperator.Greater => ">",
        _ => ">=",
    };

    private static string Show(QueryMember member) => string.Join('/', member.Path.Prepend(member.Name));

    private static string Show(QueryLiteral literal) => literal switch
    {
        TextLiteral text => $"'{text.Value}'",
        IntegerLiteral whole => whole.Value.ToString(CultureInfo.InvariantCulture),
        NumberLiteral number => number.Value.ToString(CultureInfo.InvariantCulture),
        FlagLiteral flag => flag.Value ? "true" : "false",
        _ => "null",
    };
}
