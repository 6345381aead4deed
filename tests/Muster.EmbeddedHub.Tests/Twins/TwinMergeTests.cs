using Muster.EmbeddedHub.Twins;

namespace Muster.EmbeddedHub.Tests.Twins;

public sealed class TwinMergeTests
{
    [Theory]
    [InlineData("""{}""", """{"a":1}""", """{"a":1}""")]
    [InlineData("""{"a":1}""", """{}""", """{"a":1}""")]
    [InlineData("""{"a":1}""", """{"b":2}""", """{"a":1,"b":2}""")]
    [InlineData("""{"a":1,"b":2}""", """{"a":null}""", """{"b":2}""")]
    [InlineData("""{"a":1}""", """{"b":null}""", """{"a":1}""")]
    [InlineData("""{"a":{"x":1,"y":2}}""", """{"a":{"y":null,"z":3}}""", """{"a":{"x":1,"z":3}}""")]
    [InlineData("""{"a":{"x":1}}""", """{"a":{"x":null}}""", """{"a":{}}""")]
    [InlineData("""{"a":{"x":1}}""", """{"a":5}""", """{"a":5}""")]
    [InlineData("""{"a":5}""", """{"a":{"x":1,"y":null}}""", """{"a":{"x":1}}""")]
    [InlineData("""{}""", """{"a":{"b":{"c":null}}}""", """{"a":{"b":{}}}""")]
    [InlineData("""{"a":[1,2]}""", """{"a":[3,null,{"x":null}]}""", """{"a":[3,null,{"x":null}]}""")]
    [InlineData("""{"a":1}""", """{"$version":9,"$metadata":{"a":{}},"b":{"$x":1}}""", """{"a":1,"b":{}}""")]
    [InlineData("""{"a":1}""", """{"a":[{"$x":1,"y":2}]}""", """{"a":[{"y":2}]}""")]
    [InlineData("""{"a":1}""", """{"b":1,"b":2}""", """{"a":1,"b":2}""")]
    [InlineData("""{"a":1}""", """{"a":"ü \" \\ \n"}""", """{"a":"ü \" \\ \n"}""")]
    [InlineData("""{"a":1.50}""", """{"b":1e3}""", """{"a":1.50,"b":1e3}""")]
    public void A_patch_merges(string current, string patch, string expected)
    {
        var merged = TwinMerge.Values(Json.Parse(current), Json.Parse(patch));

        Assert.Equal(expected, merged.GetRawText());
    }

    [Theory]
    [InlineData("""{"a":null,"b":{"c":null,"d":1},"$version":3}""", """{"b":{"d":1}}""")]
    public void A_replacement_holds_neither_nulls_nor_the_hubs_own_members(string values, string expected) =>
        Assert.Equal(expected, TwinMerge.Clean(Json.Parse(values)).GetRawText());
}
