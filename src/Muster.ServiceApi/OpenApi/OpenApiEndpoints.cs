using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Muster.ServiceApi.OpenApi;

/// <summary>The OpenAPI document of the service API and a page to browse it. Both are public: they tell nothing of an instance.</summary>
internal static class OpenApiEndpoints
{
    /// <summary>Where the document is.</summary>
    public const string DocumentPath = "/openapi";

    /// <summary>Where the page is.</summary>
    public const string PagePath = "/openapi/browse";

    /// <summary>Maps both.</summary>
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        MapFile(endpoints, DocumentPath, "openapi.json", "application/json; charset=utf-8");
        MapFile(endpoints, PagePath, "browse.html", "text/html; charset=utf-8");
    }

    private static void MapFile(IEndpointRouteBuilder endpoints, string path, string file, string contentType)
    {
        var bytes = Read(file);
        endpoints.MapGet(path, context =>
        {
            var headers = context.Response.Headers;
            headers.XContentTypeOptions = "nosniff";
            headers.ContentSecurityPolicy = "default-src 'none'; connect-src 'self'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";
            context.Response.ContentType = contentType;
            context.Response.ContentLength = bytes.Length;
            return context.Response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
        });
    }

    private static byte[] Read(string file)
    {
        using var stream = typeof(OpenApiEndpoints).Assembly.GetManifestResourceStream("openapi/" + file)
            ?? throw new UnreachableException();
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
