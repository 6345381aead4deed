using Muster.EmbeddedHub.Twins;

namespace Muster.EmbeddedHub.Tests.Twins;

public sealed class TwinLimitsTests
{
    [Theory]
    [InlineData("{}", true)]
    [InlineData("[]", false)]
    [InlineData("null", false)]
    [InlineData("""{"a":4503599627370495}""", true)]
    [InlineData("""{"a":4503599627370496}""", false)]
    [InlineData("""{"a":-4503599627370496}""", true)]
    [InlineData("""{"a":-4503599627370497}""", false)]
    [InlineData("""{"a":99999999999999999999999999}""", false)]
    [InlineData("""{"a":1e300}""", true)]
    [InlineData("""{"a":1e999}""", false)]
    [InlineData("""{"a":[1,[4503599627370496]]}""", false)]
    [InlineData("""{"a.b":1}""", false)]
    [InlineData("""{"a$b":1}""", false)]
    [InlineData("""{"a b":1}""", false)]
    [InlineData("""{"a\u0007":1}""", false)]
    [InlineData("""{"a\u0085":1}""", false)]
    [InlineData("""{"":1}""", false)]
    [InlineData("""{"a":{"b c":null}}""", false)]
    [InlineData("""{"$a b":{"c d":1}}""", true)]
    [InlineData("""{"ключ":"значение"}""", true)]
    [InlineData("""{"a":"\ud800"}""", false)]
    [InlineData("""{"\udc00":1}""", false)]
    public void Names_and_values_are_checked(string values, bool accepted) =>
        Assert.Equal(accepted, TwinLimits.Check("tags", Json.Parse(values)) is null);

    [Theory]
    [InlineData(10, true)]
    [InlineData(11, false)]
    public void Objects_nest_ten_levels_deep(int levels, bool accepted)
    {
        var objects = string.Concat(Enumerable.Repeat("{\"a\":", levels)) + "{\"v\":1}" + new string('}', levels);
        var arrays = "{\"a\":" + new string('[', levels) + new string(']', levels) + "}";

        Assert.Equal(accepted, TwinLimits.Check("tags", Json.Parse(objects)) is null);
        Assert.Equal(accepted, TwinLimits.Check("tags", Json.Parse(arrays)) is null);
    }

    [Theory]
    [InlineData(1024, 1, true)]
    [InlineData(1025, 1, false)]
    [InlineData(1, 4096, true)]
    [InlineData(1, 4097, false)]
    public void Names_and_strings_have_a_length(int key, int value, bool accepted)
    {
        var values = $"{{\"{new string('k', key)}\":\"{new string('v', value)}\"}}";

        Assert.Equal(accepted, TwinLimits.Check("tags", Json.Parse(values)) is null);
    }

    [Theory]
    [InlineData("{}", 0)]
    [InlineData("""{"abc":1}""", 11)]
    [InlineData("""{"abc":true}""", 7)]
    [InlineData("""{"abc":"vwxyz"}""", 8)]
    [InlineData("""{"é":"é"}""", 3)]
    [InlineData("""{"a":"x\n\ty"}""", 3)]
    [InlineData("""{"a":{"b":[1,2,false]}}""", 22)]
    public void Size_counts_names_and_values(string values, long expected) => Assert.Equal(expected, TwinLimits.SizeOf(Json.Parse(values)));

    [Fact]
    public void A_refusal_says_where()
    {
        var error = TwinLimits.Check("properties.desired", Json.Parse("""{"a":{"b":4503599627370496}}"""))!;

        Assert.Equal("ArgumentInvalid", error.Kind.Name);
        Assert.Contains("'properties.desired.a.b'", error.Message, StringComparison.Ordinal);
    }
}
