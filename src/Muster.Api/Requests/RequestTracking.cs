using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Muster.Api.Requests;

/// <summary>One GUID per request: sent as <c>x-ms-request-id</c>, repeated as <c>trackingId</c> in errors, traces and logs.</summary>
public static class RequestTracking
{
    private const string HeaderName = "x-ms-request-id";
    private const int MaxClientRequestId = 64;
    private static readonly object ItemKey = new();
    private static readonly string[] ClientHeaderNames = ["x-ms-client-request-id", "Request-Id", "traceparent"];

    /// <summary>The request's tracking ID.</summary>
    public static Guid TrackingId(this HttpContext context)
    {
        if (context.Items.TryGetValue(ItemKey, out var known) && known is Guid id) return id;
        var created = Guid.NewGuid();
        context.Items[ItemKey] = created;
        return created;
    }

    /// <summary>
    /// How the client calls the request, for the log: callers look for their own number there. Nothing else relies on it
    /// (service-api S-1.2). A dash where it gives none; long ones are cut, and what is not printable ASCII shows as a question mark.
    /// </summary>
    public static string ClientRequestId(this HttpContext context)
    {
        foreach (var name in ClientHeaderNames)
        {
            var text = context.Request.Headers[name].ToString();
            if (string.IsNullOrWhiteSpace(text)) continue;
            var length = Math.Min(text.Length, MaxClientRequestId);
            return string.Create(length, text, static (shown, given) =>
            {
                for (var i = 0; i < shown.Length; i++) shown[i] = given[i] is > ' ' and <= '~' ? given[i] : '?';
            });
        }

        return "-";
    }

    /// <summary>Adds the headers that every answer carries, 204 too (service-api S-1.3).</summary>
    public static IApplicationBuilder UseRequestTracking(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        // Lower case on the wire: C# clients look these names up in an ordinal dictionary.
        context.Response.Headers[HeaderName] = context.TrackingId().ToString();
        context.Response.Headers.StrictTransportSecurity = "max-age=31536000; includeSubDomains";
        return next(context);
    });
}
