using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Muster.Core.Errors;

namespace Muster.Api.Requests;

/// <summary>Reads request bodies within a limit.</summary>
public static class RequestBody
{
    /// <summary>The largest message of a device or of a single entity, in bytes (device-protocols 1.9, service-api S-9).</summary>
    public const int MessageLimit = 96 * 1024;

    private static readonly JsonDocumentOptions JsonOptions = new() { MaxDepth = 64 };

    /// <summary>Reads the whole body; refuses one larger than <paramref name="limit"/> bytes without buffering it.</summary>
    public static async Task<Result<byte[]>> ReadAsync(HttpContext context, int limit)
    {
        if (context.Request.ContentLength > limit) return Refusals.BodyTooLarge(limit);

        using var buffer = new MemoryStream(capacity: (int)(context.Request.ContentLength ?? 0));
        var chunk = new byte[8 * 1024];
        int read;
        while ((read = await context.Request.Body.ReadAsync(chunk, context.RequestAborted)) > 0)
        {
            if (buffer.Length + read > limit) return Refusals.BodyTooLarge(limit);
            buffer.Write(chunk, 0, read);
        }

        return buffer.ToArray();
    }

    /// <summary>Parses <paramref name="body"/> as one JSON document; a UTF-8 byte order mark is tolerated.</summary>
    public static Result<JsonDocument> ParseJson(ReadOnlyMemory<byte> body)
    {
        if (body.Span.StartsWith("\uFEFF"u8)) body = body[3..];
        try
        {
            return JsonDocument.Parse(body, JsonOptions);
        }
        catch (JsonException problem)
        {
            return Refusals.MalformedBody(
                $"The request body is not valid JSON (line {(problem.LineNumber ?? 0) + 1}, byte {(problem.BytePositionInLine ?? 0) + 1}).");
        }
    }

    /// <summary>Whether the request says that its body is JSON; any parameters may follow.</summary>
    public static bool HasJsonContentType(HttpContext context)
    {
        var type = context.Request.ContentType.AsSpan();
        var semicolon = type.IndexOf(';');
        return (semicolon < 0 ? type : type[..semicolon]).Trim().Equals("application/json", StringComparison.OrdinalIgnoreCase);
    }
}
