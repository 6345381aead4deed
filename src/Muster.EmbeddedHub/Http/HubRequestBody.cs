using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Muster.EmbeddedHub.Errors;

namespace Muster.EmbeddedHub.Http;

/// <summary>Reads a JSON body within limits.</summary>
internal static class HubRequestBody
{
    /// <summary>
    /// The largest body in bytes. A twin with full sections and all its metadata, which clients echo back, stays well below.
    /// </summary>
    public const int MaxBytes = 512 * 1024;

    /// <summary>The largest bulk body in bytes.</summary>
    public const int MaxBulkBytes = 4 * 1024 * 1024;

    /// <summary>How deep JSON may nest: twin depth (10) plus what wraps it, with room.</summary>
    public const int MaxJsonDepth = 32;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = MaxJsonDepth };

    /// <summary>Reads a body that must be a JSON object.</summary>
    /// <returns>The object; MessageTooLarge, or IotHubFormatError saying what is wrong.</returns>
    public static Task<HubResult<JsonElement>> ReadObjectAsync(HttpContext context) =>
        ReadAsync(context, JsonValueKind.Object, MaxBytes);

    /// <summary>Reads a bulk body, which must be a JSON array.</summary>
    /// <returns>The array; MessageTooLarge, or IotHubFormatError saying what is wrong.</returns>
    public static Task<HubResult<JsonElement>> ReadArrayAsync(HttpContext context) =>
        ReadAsync(context, JsonValueKind.Array, MaxBulkBytes);

    private static async Task<HubResult<JsonElement>> ReadAsync(HttpContext context, JsonValueKind kind, int maxBytes)
    {
        if (context.Request.ContentLength > maxBytes) return TooLarge(maxBytes);
        var reader = context.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(context.RequestAborted);
            if (read.Buffer.Length > maxBytes)
            {
                reader.AdvanceTo(read.Buffer.End);
                return TooLarge(maxBytes);
            }

            if (!read.IsCompleted)
            {
                reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                continue;
            }

            var bytes = read.Buffer.ToArray();
            reader.AdvanceTo(read.Buffer.End);
            return Parse(bytes, kind);
        }
    }

    private static HubResult<JsonElement> Parse(byte[] bytes, JsonValueKind kind)
    {
        ReadOnlyMemory<byte> text = bytes;
        if (bytes is [0xEF, 0xBB, 0xBF, ..]) text = text[3..];
        if (text.IsEmpty) return HubErrors.FormatError.Because("The body is missing.");
        if (!Utf8.IsValid(text.Span)) return HubErrors.FormatError.Because("The body is not valid UTF-8.");
        try
        {
            using var document = JsonDocument.Parse(text, Options);
            return document.RootElement.ValueKind == kind
                ? document.RootElement.Clone()
                : HubErrors.FormatError.Because($"The body is not a JSON {(kind == JsonValueKind.Array ? "array" : "object")}.");
        }
        catch (JsonException exception)
        {
            return HubErrors.FormatError.Because(
                $"The body is not valid JSON at line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}, "
                + $"or nests deeper than {MaxJsonDepth} levels.");
        }
    }

    private static HubError TooLarge(int maxBytes) => HubErrors.MessageTooLarge.Because($"The body is larger than {maxBytes} bytes.");
}
