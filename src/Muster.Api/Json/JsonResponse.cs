using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Muster.Api.Json;

/// <summary>Writes JSON answers: one buffer, a content length, and the content type that the Node client insists on.</summary>
public static class JsonResponse
{
    /// <summary>The content type of every answer with a body (service-api S-1.3).</summary>
    public const string ContentType = "application/json; charset=utf-8";

    /// <summary>Plain Base64 and quotes stay readable; the answers are never embedded in HTML.</summary>
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Answers <paramref name="status"/> with what <paramref name="write"/> writes.</summary>
    public static async Task WriteAsync(HttpContext context, int status, Action<Utf8JsonWriter> write)
    {
        var body = Format(write);
        context.Response.StatusCode = status;
        context.Response.ContentType = ContentType;
        context.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method)) await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    /// <summary>The same bytes for transports other than HTTP.</summary>
    public static ReadOnlyMemory<byte> Format(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using var writer = new Utf8JsonWriter(buffer, Options);
        write(writer);
        writer.Flush();
        return buffer.WrittenMemory;
    }
}
