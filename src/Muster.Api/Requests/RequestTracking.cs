using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Muster.Api.Requests;

/// <summary>One GUID per request: sent as <c>x-ms-request-id</c>, repeated as <c>trackingId</c> in errors, traces and logs.</summary>
public static class RequestTracking
{
    private const string HeaderName = "x-ms-request-id";
    private static readonly object ItemKey = new();

    /// <summary>The request's tracking ID.</summary>
    public static Guid TrackingId(this HttpContext context)
    {
        if (context.Items.TryGetValue(ItemKey, out var known) && known is Guid id) return id;
        var created = Guid.NewGuid();
        context.Items[ItemKey] = created;
        return created;
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
