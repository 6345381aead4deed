using System.Text.Json;
using Muster.Core.Attestation.Tpm;
using Xunit;

namespace Muster.Core.Tests.Attestation.Tpm;

public sealed class TpmPublicAreaTests
{
    private static readonly JsonElement Vectors = Load();

    public static TheoryData<string> RsaAreas() => [.. Names("publicAreas")];

    public static TheoryData<string> EccAreas() => [.. Names("eccPublicAreas")];

    public static TheoryData<string, string> Rejected()
    {
        var rows = new TheoryData<string, string>();
        foreach (var row in Vectors.GetProperty("publicAreaMustReject").EnumerateArray())
            rows.Add(row.GetProperty("why").GetString()!, row.GetProperty("tpm2bPublicHex").GetString()!);
        return rows;
    }

    [Theory]
    [MemberData(nameof(RsaAreas))]
    public void Rsa_public_area_is_read_with_its_name_and_parameters(string which)
    {
        var vector = Vectors.GetProperty("publicAreas").GetProperty(which);

        Assert.True(TpmPublicArea.TryParseBase64(vector.GetProperty("tpm2bPublicBase64").GetString()!, out var area, out var problem),
            problem);

        Assert.Equal(TpmKeyType.Rsa, area!.Type);
        Assert.Equal(vector.GetProperty("name").GetString(), Convert.ToHexStringLower(area.Name()));
        Assert.Equal(vector.GetProperty("effectiveExponent").GetUInt32(), area.Exponent);
        Assert.Equal(vector.GetProperty("symmetric").GetProperty("keyBits").GetInt32(), area.SymmetricKeyBits);
        Assert.Equal(vector.GetProperty("authPolicy").GetString(), Convert.ToHexStringLower(area.AuthPolicy.Span));
        Assert.Equal(vector.GetProperty("objectAttributes").GetString(), area.ObjectAttributes.ToString("x8"));
        Assert.Equal(256, area.Unique.Length);
    }

    [Theory]
    [MemberData(nameof(EccAreas))]
    public void Ecc_public_area_is_read_with_its_name(string which)
    {
        var vector = Vectors.GetProperty("eccPublicAreas").GetProperty(which);

        Assert.True(TpmPublicArea.TryParseBase64(vector.GetProperty("tpm2bPublicBase64").GetString()!, out var area, out var problem),
            problem);

        Assert.Equal(TpmKeyType.Ecc, area!.Type);
        Assert.Equal(vector.GetProperty("name").GetString(), Convert.ToHexStringLower(area.Name()));
    }

    [Theory]
    [MemberData(nameof(Rejected))]
    public void Malformed_public_area_is_refused_with_a_reason(string why, string hex)
    {
        Assert.False(TpmPublicArea.TryParse(Convert.FromHexString(hex), out var area, out var problem), why);
        Assert.Null(area);
        Assert.False(string.IsNullOrEmpty(problem));
    }

    [Fact]
    public void Point_that_is_not_on_the_curve_is_refused()
    {
        var bytes = Convert.FromHexString(Vectors.GetProperty("eccPublicAreas").GetProperty("eccEk").GetProperty("tpm2bPublicHex")
            .GetString()!);
        bytes[^1] ^= 1;
        Assert.False(TpmPublicArea.TryParse(bytes, out _, out _));
    }

    [Fact]
    public void Every_truncation_and_every_flipped_header_bit_ends_in_an_answer()
    {
        var whole = Convert.FromHexString(Vectors.GetProperty("publicAreas").GetProperty("ek").GetProperty("tpm2bPublicHex").GetString()!);
        for (var length = 0; length < whole.Length; length++)
            Assert.False(TpmPublicArea.TryParse(whole.AsSpan(0, length), out _, out _), $"{length} bytes");

        for (var bit = 0; bit < 60 * 8; bit++)
        {
            var changed = whole.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            if (TpmPublicArea.TryParse(changed, out var area, out _)) Assert.Equal(changed, area!.Encoded.ToArray());
        }
    }

    private static IEnumerable<string> Names(string member) => Vectors.GetProperty(member).EnumerateObject().Select(vector => vector.Name);

    private static JsonElement Load()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "TestData",
            "tpm-public-areas.json")));
        return document.RootElement.Clone();
    }
}
