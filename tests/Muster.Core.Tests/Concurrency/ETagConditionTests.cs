using Muster.Core.Concurrency;
using Xunit;

namespace Muster.Core.Tests.Concurrency;

/// <summary>The table of If-Match forms in service-api S-5.</summary>
public sealed class ETagConditionTests
{
    private const string Stored = "IjBhMDBiNzQyLTAwMDAtMDgwMC0wMDAwLTY0NjgwMWY1MDAwMCI=";
    private const string Inner = "0a00b742-0000-0800-0000-646801f50000";

    [Theory]
    [InlineData("bare Base64", Stored)]
    [InlineData("Base64 in quotes", "\"" + Stored + "\"")]
    [InlineData("inner text in quotes", "\"" + Inner + "\"")]
    [InlineData("weak, in quotes", "W/\"" + Stored + "\"")]
    [InlineData("with blanks around", "  " + Stored + "  ")]
    [InlineData("in a list", "\"other\", \"" + Stored + "\"")]
    [InlineData("any", "*")]
    [InlineData("any in quotes", "\"*\"")]
    [InlineData("any in a list", "\"other\", *")]
    public void If_Match_form_is_satisfied_by_the_current_etag(string form, string header)
    {
        var condition = ETagCondition.Parse(header);
        Assert.True(condition.IsSatisfiedBy(Stored), form);
        Assert.False(condition.IsNone, form);
    }

    [Theory]
    [InlineData("another tag", "IjBhMDBiNzQyLTAwMDAtMDgwMC0wMDAwLTY0NjgwMWY1MDAwMSI=")]
    [InlineData("another tag in quotes", "\"abc\"")]
    [InlineData("another case", "ijbHMDBiNzQyLTAwMDAtMDgwMC0wMDAwLTY0NjgwMWY1MDAwMCI=")]
    [InlineData("a part of the tag", "IjBhMDBiNzQy")]
    [InlineData("a list of others", "\"a\", \"b\"")]
    public void If_Match_form_is_not_satisfied_by_another_etag(string form, string header) =>
        Assert.False(ETagCondition.Parse(header).IsSatisfiedBy(Stored), form);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData(",")]
    [InlineData("\"\"")]
    public void Empty_If_Match_is_no_condition(string? header) => Assert.True(ETagCondition.Parse(header).IsNone);

    [Fact]
    public void Create_only_is_satisfied_by_no_etag() => Assert.False(ETagCondition.CreateOnly.IsSatisfiedBy(Stored));

    [Fact]
    public void Etag_is_a_quoted_guid_shape_that_ends_in_the_time_of_the_write()
    {
        var etag = ETag.Create(DateTimeOffset.FromUnixTimeSeconds(0x646801f5));
        Assert.Matches("^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-646801f50000$", ETag.InnerText(etag));
        Assert.NotEqual(etag, ETag.Create(DateTimeOffset.FromUnixTimeSeconds(0x646801f5)));
    }
}
