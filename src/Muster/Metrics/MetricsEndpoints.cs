namespace Muster.Metrics;

/// <summary>The numbers of the server, for a monitoring system that scrapes the Prometheus text format.</summary>
internal static class MetricsEndpoints
{
    /// <summary>Maps <c>GET /metrics</c>.</summary>
    public static void Map(IEndpointRouteBuilder endpoints, MetricsListener listener) => endpoints.MapGet("/metrics", (HttpContext context) =>
    {
        context.Response.ContentType = MetricText.ContentType;
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync(listener.Read(), context.RequestAborted);
    });
}
