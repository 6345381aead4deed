using System.Text.Json;
using Muster.Protocols.Sas;

namespace Muster.Protocols.Tests.Sas;

public sealed class SasTokenTests
{
    private static readonly JsonElement Vectors =
        JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "TestData", "sas-vectors.json"))).RootElement;

    private static readonly byte[] Key = Convert.FromBase64String(Vectors.GetProperty("symmetricKeyBase64").GetString()!);

    public static TheoryData<string, string> CapturedTokens() => Rows("tokens", entry => entry.GetProperty("file").GetString()!);

    public static TheoryData<string, string> ForgedTokens() => Rows("negative", entry => entry.GetProperty("why").GetString()!);

    public static TheoryData<string, string> SyntheticTokens() => Rows("positiveSynthetic", entry => entry.GetProperty("why").GetString()!);

    [Theory]
    [MemberData(nameof(CapturedTokens))]
    [MemberData(nameof(SyntheticTokens))]
    public void Token_of_a_real_client_verifies_over_the_resource_as_sent(string origin, string text)
    {
        Assert.True(SasToken.TryParse(text, out var token, out var problem), problem);
        Assert.True(token!.IsSignedWith(Key), origin);
        Assert.EndsWith("/registrations/dev-sym-01", token.Resource, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(ForgedTokens))]
    public void Forged_token_does_not_verify(string why, string text)
    {
        Assert.True(SasToken.TryParse(text, out var token, out _));
        var speaksOfTheDevice = token!.Resource.EndsWith("dev-sym-01", StringComparison.Ordinal);
        Assert.False(speaksOfTheDevice && token.IsSignedWith(Key), why);
    }

    [Fact]
    public void Every_captured_token_parses_into_the_recorded_parts()
    {
        foreach (var entry in Vectors.GetProperty("tokens").EnumerateArray())
        {
            Assert.True(SasToken.TryParse(entry.GetProperty("token").GetString(), out var token, out _));
            Assert.Equal(entry.GetProperty("rawSr").GetString(), token!.RawResource);
            Assert.Equal(entry.GetProperty("decodedSr").GetString(), token.Resource);
            Assert.Equal(entry.GetProperty("se").GetInt64(), token.ExpiresAtUnixSeconds);
            Assert.Equal(entry.GetProperty("expectedSignatureBase64").GetString(), Convert.ToBase64String(token.Signature.Span));
        }
    }

    [Theory]
    [InlineData(null, "does not start")]
    [InlineData("", "does not start")]
    [InlineData("Bearer abc", "does not start")]
    [InlineData("SharedAccessSignature", "does not start")]
    [InlineData("SharedAccessSignature sig=YQ%3D%3D&se=1", "'sr' is missing")]
    [InlineData("SharedAccessSignature sr=a&se=1", "'sig' is missing")]
    [InlineData("SharedAccessSignature sr=a&sig=YQ%3D%3D", "'se' is missing")]
    [InlineData("SharedAccessSignature sr=a&sig=YQ%3D%3D&se=1&se=2", "'se' is repeated")]
    [InlineData("SharedAccessSignature sr=a&sig=YQ%3D%3D&se=soon", "not a number")]
    [InlineData("SharedAccessSignature sr=a&sig=YQ%3D%3D&se=-1", "not a number")]
    [InlineData("SharedAccessSignature sr=a&sig=***&se=1", "not Base64")]
    public void Malformed_token_is_refused_with_the_reason(string? text, string reason)
    {
        Assert.False(SasToken.TryParse(text, out _, out var problem));
        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Overlong_token_is_refused() =>
        Assert.False(SasToken.TryParse("SharedAccessSignature sr=" + new string('a', SasToken.MaxLength), out _, out _));

    [Theory]
    [InlineData(1000, 1000, 0, false)]
    [InlineData(1000, 1001, 0, true)]
    [InlineData(1000, 1300, 300, false)]
    [InlineData(1000, 1301, 300, true)]
    public void Token_expires_after_its_end_and_the_skew(long end, long now, int skew, bool expired)
    {
        var text = SasTokenBuilder.Create("host", Key, DateTimeOffset.FromUnixTimeSeconds(end));
        Assert.True(SasToken.TryParse(text, out var token, out _));
        Assert.Equal(expired, token!.IsExpired(DateTimeOffset.FromUnixTimeSeconds(now), TimeSpan.FromSeconds(skew)));
    }

    [Theory]
    [InlineData("example.azure-devices-provisioning.net", "FAFBA9KiXgUpXshJKAqDdux4ptqCcDNum92o9U8Mh0c=")]
    [InlineData("localhost:8443", "bxVwOXezPQNo4n++CcZ+csPZZyRhlTAe0NomqEGnWa4=")]
    public void Built_token_has_the_published_signature(string resource, string signature)
    {
        var key = Convert.FromBase64String("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=");
        var text = SasTokenBuilder.Create(resource, key, DateTimeOffset.FromUnixTimeSeconds(1893456000), "policy");
        Assert.True(SasToken.TryParse(text, out var token, out _));
        Assert.Equal(signature, Convert.ToBase64String(token!.Signature.Span));
        Assert.Equal("policy", token.KeyName);
    }

    private static TheoryData<string, string> Rows(string list, Func<JsonElement, string> name)
    {
        var rows = new TheoryData<string, string>();
        foreach (var entry in Vectors.GetProperty(list).EnumerateArray()) rows.Add(name(entry), entry.GetProperty("token").GetString()!);
        return rows;
    }
}
