using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Muster.Api.Json;
using Muster.Api.Requests;
using Muster.Core.Errors;

namespace Muster.Api.Errors;

/// <summary>The one error body of service and device API (service-api S-4.1, device-protocols 1.6).</summary>
public static class ErrorResponse
{
    /// <summary>Answers with <paramref name="refusal"/>.</summary>
    public static Task WriteAsync(HttpContext context, Refusal refusal)
    {
        var headers = context.Response.Headers;
        if (refusal.TpmChallenge is null) headers["x-ms-error-code"] = refusal.Code.ToString(CultureInfo.InvariantCulture);
        if (refusal.RetryAfter is { } delay)
            headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(delay.TotalSeconds)).ToString(CultureInfo.InvariantCulture);

        var clock = context.RequestServices.GetService<TimeProvider>() ?? TimeProvider.System;
        return JsonResponse.WriteAsync(
            context, refusal.HttpStatus, writer => WriteBody(writer, refusal, context.TrackingId(), clock.GetUtcNow()));
    }

    /// <summary>Writes the error object.</summary>
    public static void WriteBody(Utf8JsonWriter writer, Refusal refusal, Guid trackingId, DateTimeOffset now)
    {
        writer.WriteStartObject();
        if (refusal.TpmChallenge is { } challenge)
        {
            // Clients know a challenge by its members, and by those of an error being absent (tpm-attestation 5.1).
            writer.WriteString("message", refusal.Message);
            writer.WriteBase64String("authenticationKey", challenge.Span);
            writer.WriteNull("unencryptedAuthenticationKey");
            writer.WriteString("keyName", "registration");
            writer.WriteEndObject();
            return;
        }

        writer.WriteNumber("errorCode", refusal.Code);
        writer.WriteString("trackingId", trackingId.ToString());
        writer.WriteString("message", refusal.Message);
        writer.WriteString("timestampUtc", WireTime.Full(now));
        writer.WriteEndObject();
    }
}
