using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Muster.EmbeddedHub.Errors;
using Muster.EmbeddedHub.Twins;

namespace Muster.EmbeddedHub.Http;

/// <summary>Writes answers: JSON documents with their etag, and refusals in the hub's shape (iot-hub 2.6).</summary>
internal static class HubReply
{
    private const string JsonType = "application/json; charset=utf-8";

    /// <summary>Answers 200 with a document.</summary>
    /// <param name="context">The request.</param>
    /// <param name="write">Writes the document.</param>
    /// <param name="etag">The document's etag without quotes; the C# client takes the header for the authority.</param>
    public static Task DocumentAsync(HttpContext context, Action<Utf8JsonWriter> write, string? etag = null)
    {
        if (etag is not null) context.Response.Headers.ETag = $"\"{etag}\"";
        return JsonAsync(context, StatusCodes.Status200OK, write);
    }

    /// <summary>Answers with a refusal: name in the header, name and text in the body.</summary>
    public static Task ErrorAsync(HttpContext context, HubError error, string trackingId, DateTimeOffset now)
    {
        context.Response.Headers["iothub-errorcode"] = error.Kind.Name;
        var timestamp = now.UtcDateTime.ToString("MM/dd/yyyy HH:mm:ss", CultureInfo.InvariantCulture);
        // Clients split at the semicolon, and ids may hold one.
        var text = error.Message.Replace(';', ',');
        return JsonAsync(context, error.Kind.HttpStatus, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("Message", $"ErrorCode:{error.Kind.Name};{text}");
            writer.WriteString("ExceptionMessage", $"Tracking ID:{trackingId}-G:0-TimeStamp:{timestamp}");
            writer.WriteEndObject();
        });
    }

    /// <summary>A tracking id: 32 hexadecimal digits that stand in the answer and in the log.</summary>
    public static string NewTrackingId() => RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <summary>Answers with a status and a document.</summary>
    public static async Task JsonAsync(HttpContext context, int status, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        await using (var writer = new Utf8JsonWriter(buffer, JsonText.WriterOptions)) write(writer);
        context.Response.StatusCode = status;
        context.Response.ContentType = JsonType;
        context.Response.ContentLength = buffer.WrittenCount;
        await context.Response.Body.WriteAsync(buffer.WrittenMemory, context.RequestAborted);
    }
}
