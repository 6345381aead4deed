using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Muster.Core.Secrets;
using Muster.Storage.Secrets;

namespace Muster.Storage.Documents;

/// <summary>Writes a <see cref="Secret"/> encrypted, as Base64, and reads it back.</summary>
internal sealed class SecretConverter(SecretProtector protector) : JsonConverter<Secret>
{
    private const string Purpose = "document secret";

    public override Secret Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var plaintext = protector.Unprotect(Purpose, reader.GetBytesFromBase64());
        var secret = new Secret(Encoding.UTF8.GetString(plaintext));
        CryptographicOperations.ZeroMemory(plaintext);
        return secret;
    }

    public override void Write(Utf8JsonWriter writer, Secret value, JsonSerializerOptions options) =>
        writer.WriteBase64StringValue(protector.Protect(Purpose, Encoding.UTF8.GetBytes(value.Reveal())));
}
