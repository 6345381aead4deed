using System.Security.Cryptography;
using System.Text.Json;
using Muster.Core.Attestation.Tpm;
using Xunit;

namespace Muster.Core.Tests.Attestation.Tpm;

/// <summary>The wrapped key, byte for byte: what real TPMs accepted is reproduced from the same random values (tpm-attestation 7, 8, 17).</summary>
public sealed class TpmActivationBlobTests
{
    private static readonly JsonElement Vectors = Load("vectors.json");
    private static readonly JsonElement Captures = Load("captures.json");
    private static readonly JsonElement Ecc = Vectors.GetProperty("eccP256Optional");

    public static TheoryData<string, string> RsaBlobs()
    {
        var rows = new TheoryData<string, string>();
        foreach (var (source, document) in new[] { ("vectors", Vectors), ("captures", Captures) })
        {
            foreach (var blob in document.GetProperty("blobs").EnumerateArray()) rows.Add(source, Text(blob, "name"));
        }

        return rows;
    }

    public static TheoryData<string> EccBlobs() => [.. Ecc.GetProperty("blobs").EnumerateArray().Select(blob => Text(blob, "name"))];

    [Theory]
    [MemberData(nameof(RsaBlobs))]
    public void Rsa_blob_is_reproduced(string source, string name)
    {
        var document = source == "vectors" ? Vectors : Captures;
        var blob = Named(document, name);
        var inputs = blob.GetProperty("inputs");
        var random = Scripted([.. new[] { "innerKey", "credentialSeed", "credentialOaepSeed", "seedValue", "outerSeed", "outerOaepSeed" }
            .Select(input => Bytes(inputs, input))]);

        var made = TpmActivationBlob.Create(
            Keys(document, blob), Bytes(blob, "hmacKey"), Bytes(blob, "uriPlaintext"), random);

        Assert.Equal(Text(blob, "blobHex"), Convert.ToHexStringLower(made));
    }

    [Theory]
    [MemberData(nameof(EccBlobs))]
    public void Ecc_blob_is_reproduced(string name)
    {
        var blob = Named(Ecc, name);
        var random = Scripted(
            Bytes(blob, "innerKey"), Bytes(blob.GetProperty("credentialSecret"), "ephemeralPrivate"),
            Bytes(blob, "seedValue"), Bytes(blob.GetProperty("importSecret"), "ephemeralPrivate"));

        var made = TpmActivationBlob.Create(Keys(Ecc, blob), Bytes(blob, "hmacKey"), [], random);

        Assert.Equal(Text(blob, "blobHex"), Convert.ToHexStringLower(made));
    }

    [Fact]
    public void Primitives_give_the_published_results()
    {
        var primitives = Vectors.GetProperty("primitives");
        Assert.All(primitives.GetProperty("kdfa").EnumerateArray(), row =>
        {
            var hash = new HashAlgorithmName(Text(row, "hash").ToUpperInvariant());
            Assert.Equal(Text(row, "output"), Convert.ToHexStringLower(TpmCrypto.KdfA(
                hash, Bytes(row, "key"), Text(row, "label"), Bytes(row, "contextU"), Bytes(row, "contextV"), row.GetProperty("bits").GetInt32())));
        });
        Assert.All(primitives.GetProperty("mgf1Sha256").EnumerateArray(), row => Assert.Equal(
            Text(row, "output"),
            Convert.ToHexStringLower(TpmCrypto.Mgf1(HashAlgorithmName.SHA256, Bytes(row, "seed"), row.GetProperty("length").GetInt32()))));
        Assert.All(primitives.GetProperty("aes128CfbZeroIv").EnumerateArray(), row => Assert.Equal(
            Text(row, "ciphertext"), Convert.ToHexStringLower(TpmCrypto.EncryptCfb(Bytes(row, "key"), Bytes(row, "plaintext")))));
        Assert.All(primitives.GetProperty("oaepSha256").EnumerateArray(), row =>
        {
            var label = System.Text.Encoding.ASCII.GetString(Bytes(row, "labelHex")).TrimEnd('\0');
            var encrypted = TpmCrypto.EncryptOaep(Area(Vectors, Text(row, "key")), label, Bytes(row, "message"), Bytes(row, "oaepSeed"));
            Assert.Equal(Text(row, "ciphertext"), Convert.ToHexStringLower(encrypted));
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(32)]
    [InlineData(64)]
    public void Any_key_that_a_TPM_takes_is_wrapped_in_six_parts_as_recorded_ones_have(int keyLength)
    {
        var keys = new TpmKeys(Area(Vectors, "ek"), Area(Vectors, "srk"));

        var made = TpmActivationBlob.Create(keys, RandomNumberGenerator.GetBytes(keyLength), "hub.example.net/device");

        var parts = Parts(made);
        Assert.Equal([52, 256, 110 + keyLength, 256, 48], parts.Take(5).Select(part => part.Length));
        Assert.Equal(2 * "hub.example.net/device".Length, parts[5].Length);
        Assert.StartsWith("0008000b0004044000000005000b0020", Convert.ToHexStringLower(parts[4]), StringComparison.Ordinal);
        Assert.NotEqual(made, TpmActivationBlob.Create(keys, new byte[keyLength], "hub.example.net/device"));
    }

    [Fact]
    public void Recorded_blobs_of_the_original_have_the_same_parts()
    {
        var recorded = Load("recorded-blobs.json");
        var keys = new TpmKeys(Area(Vectors, "ek"), Area(Vectors, "srk"));
        var own = Parts(TpmActivationBlob.Create(keys, new byte[32], "x")).Take(5).Select(part => part.Length).ToList();
        Assert.All(recorded.GetProperty("blobs").EnumerateArray(), blob =>
            Assert.Equal(own, Parts(Convert.FromBase64String(Text(blob, "authenticationKeyBase64"))).Take(5).Select(part => part.Length)));
    }

    [Fact]
    public void A_text_that_is_too_long_is_left_out()
    {
        var keys = new TpmKeys(Area(Vectors, "ek"), Area(Vectors, "srk"));

        Assert.Empty(Parts(TpmActivationBlob.Create(keys, new byte[32], new string('a', 104)))[5]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65)]
    public void A_key_that_no_TPM_takes_is_not_wrapped(int keyLength) => Assert.Throws<ArgumentOutOfRangeException>(() =>
        TpmActivationBlob.Create(new TpmKeys(Area(Vectors, "ek"), Area(Vectors, "srk")), new byte[keyLength], ""));

    private static List<byte[]> Parts(byte[] blob)
    {
        var parts = new List<byte[]>();
        for (var at = 0; at < blob.Length;)
        {
            var size = (blob[at] << 8) | blob[at + 1];
            parts.Add(blob[(at + 2)..(at + 2 + size)]);
            at += 2 + size;
        }

        Assert.Equal(6, parts.Count);
        return parts;
    }

    private static Func<int, byte[]> Scripted(params byte[][] values)
    {
        var next = 0;
        return count =>
        {
            var value = values[next++];
            Assert.Equal(count, value.Length);
            return value;
        };
    }

    private static TpmKeys Keys(JsonElement document, JsonElement blob) =>
        new(Area(document, Text(blob, "ek")), Area(document, Text(blob, "srk")));

    private static TpmPublicArea Area(JsonElement document, string name)
    {
        var text = Text(document.GetProperty("publicAreas").GetProperty(name), "tpm2bPublicBase64");
        Assert.True(TpmPublicArea.TryParseBase64(text, out var area, out var problem), problem);
        return area!;
    }

    private static JsonElement Named(JsonElement document, string name) =>
        document.GetProperty("blobs").EnumerateArray().Single(blob => Text(blob, "name") == name);

    private static string Text(JsonElement parent, string member) => parent.GetProperty(member).GetString()!;

    private static byte[] Bytes(JsonElement parent, string member) => Convert.FromHexString(Text(parent, member));

    private static JsonElement Load(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "TestData", "tpm", file)));
        return document.RootElement.Clone();
    }
}
