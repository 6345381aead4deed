namespace Muster.Certificates;

/// <summary>Public certificate material over plain HTTP: what it says is signed, so the transport need not be trusted.</summary>
public static class RootEndpoints
{
    /// <summary>Path of the revocation list in distribution points (device-protocols 7.4).</summary>
    public const string RevocationListPath = "/muster.crl";

    /// <summary>Adds <c>GET /muster.crl</c>, DER.</summary>
    public static void MapRevocationList(IEndpointRouteBuilder endpoints, OwnCertificates certificates) =>
        endpoints.MapMethods(RevocationListPath, ReadMethods, context =>
        {
            context.Response.Headers.CacheControl = "max-age=3600";
            return WriteAsync(context, "application/pkix-crl", certificates.RevocationList);
        });

    /// <summary>Adds <c>GET /muster-root.cer</c> (DER) and <c>GET /muster-root.pem</c>.</summary>
    public static void MapRoot(IEndpointRouteBuilder endpoints, OwnCertificates certificates)
    {
        endpoints.MapMethods("/muster-root.cer", ReadMethods, context =>
            WriteAsync(context, "application/pkix-cert", certificates.RootDer));
        endpoints.MapMethods("/muster-root.pem", ReadMethods, context =>
            WriteAsync(context, "application/x-pem-file", System.Text.Encoding.ASCII.GetBytes(certificates.RootPem)));
    }

    private static string[] ReadMethods { get; } = [HttpMethods.Get, HttpMethods.Head];

    private static Task WriteAsync(HttpContext context, string contentType, byte[] content)
    {
        context.Response.ContentType = contentType;
        context.Response.ContentLength = content.Length;
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : context.Response.Body.WriteAsync(content, context.RequestAborted).AsTask();
    }
}
