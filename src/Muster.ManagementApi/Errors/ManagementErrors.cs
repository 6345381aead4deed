using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Muster.Api.Json;
using Muster.Api.Requests;
using Muster.Core.Errors;

namespace Muster.ManagementApi.Errors;

/// <summary>The two envelopes of management errors (management-api A-11).</summary>
internal static class ManagementErrors
{
    /// <summary>The resource provider's: a broken rule, a missing certificate, another etag.</summary>
    public static Task WriteAsync(HttpContext context, Refusal refusal)
    {
        var now = context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
        var time = now.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var message = $"{refusal.Message} correlation identifier: {context.TrackingId()}, timestamp: {time}, errorcode: IH{refusal.Code}.";
        return JsonResponse.WriteAsync(context, refusal.HttpStatus, writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("code", refusal.Code);
            writer.WriteString("httpStatusCode", ((HttpStatusCode)refusal.HttpStatus).ToString());
            writer.WriteString("message", message);
            writer.WriteEndObject();
        });
    }

    /// <summary>The resource manager's: authentication, version, path.</summary>
    public static Task WriteAsync(HttpContext context, int status, string code, string message) => JsonResponse.WriteAsync(context, status, writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartObject("error");
        writer.WriteString("code", code);
        writer.WriteString("message", message);
        writer.WriteNull("target");
        writer.WriteStartArray("details");
        writer.WriteEndArray();
        writer.WriteStartArray("additionalInfo");
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndObject();
    });
}
