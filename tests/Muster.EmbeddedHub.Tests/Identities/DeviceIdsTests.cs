using Muster.EmbeddedHub.Identities;

namespace Muster.EmbeddedHub.Tests.Identities;

public sealed class DeviceIdsTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("AZaz09-:.+%_#*?!(),=@;$'")]
    [InlineData("..")]
    public void Ids_of_the_allowed_characters_pass(string deviceId) => Assert.Null(DeviceIds.Check(deviceId));

    [Theory]
    [InlineData("", "ArgumentNull")]
    [InlineData("a b", "ArgumentInvalid")]
    [InlineData("a/b", "ArgumentInvalid")]
    [InlineData("a\\b", "ArgumentInvalid")]
    [InlineData("a\"b", "ArgumentInvalid")]
    [InlineData("a&b", "ArgumentInvalid")]
    [InlineData("é", "ArgumentInvalid")]
    [InlineData("a\u0000", "ArgumentInvalid")]
    public void Others_are_refused(string deviceId, string error) => Assert.Equal(error, DeviceIds.Check(deviceId)!.Kind.Name);

    [Fact]
    public void An_id_has_at_most_128_characters()
    {
        Assert.Null(DeviceIds.Check(new string('a', 128)));
        Assert.NotNull(DeviceIds.Check(new string('a', 129)));
    }
}
