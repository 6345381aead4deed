using Muster.EmbeddedHub.Identities;

namespace Muster.EmbeddedHub.Tests.Identities;

public sealed class ETagConditionTests
{
    [Theory]
    [InlineData("*", true)]
    [InlineData("\"*\"", true)]
    [InlineData("W/\"*\"", true)]
    [InlineData("\"MQ==\"", true)]
    [InlineData("W/\"MQ==\"", true)]
    [InlineData("MQ==", true)]
    [InlineData(" MQ== ", true)]
    [InlineData("\"other\", \"MQ==\"", true)]
    [InlineData("\"mq==\"", false)]
    [InlineData("\"other\"", false)]
    [InlineData("\"\"", false)]
    [InlineData("\"MQ==", false)]
    public void Every_form_of_the_header_is_understood(string header, bool matches) =>
        Assert.Equal(matches, ETagCondition.Parse(header)!.Matches("MQ=="));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData(",")]
    public void A_blank_header_is_no_condition(string? header) => Assert.Null(ETagCondition.Parse(header));
}
