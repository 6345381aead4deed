using Muster.Core.Queries;

namespace Muster.Core.Tests.Queries;

/// <summary>Signed, self-contained tokens (service-api S-8.3).</summary>
public sealed class ContinuationTokensTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    public static TheoryData<object?> SortValues => [null!, 0L, long.MinValue, -1.5, double.PositiveInfinity, "", "Grüße 🙂", new string('\uffff', 128)];

    [Theory]
    [MemberData(nameof(SortValues))]
    public void Place_survives_the_way_through_the_client(object? value)
    {
        var position = new QueryPosition(new string('k', 128), value);
        var token = new ContinuationTokens(Key).Create("scope", position);
        Assert.True(token.Length <= ContinuationTokens.MaxLength);
        Assert.Matches("^[A-Za-z0-9_-]+$", token);
        // Another object with the same key is another node, or the same one after a restart.
        Assert.Equal(position, new ContinuationTokens(Key).Read("scope", token));
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("[{\"token\":\"x\"}]")]
    [InlineData("AAAA")]
    [InlineData("AQAAAAAAAAAAAAAAAAAAAAAAMAAAAAAAAAAAAAAAAAAAAAAA")]
    public void What_is_no_token_is_refused(string text) => Assert.Null(new ContinuationTokens(Key).Read("scope", text));

    [Fact]
    public void Token_is_good_for_its_scope_and_key_only()
    {
        var token = new ContinuationTokens(Key).Create("scope", new QueryPosition("a", null));
        Assert.Null(new ContinuationTokens(Key).Read("other", token));
        Assert.Null(ContinuationTokens.Ephemeral().Read("scope", token));
        Assert.Null(new ContinuationTokens(Key).Read("scope", token + new string('A', 4000)));
    }
}
