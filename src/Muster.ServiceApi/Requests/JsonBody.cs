using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Muster.Api.Requests;
using Muster.Core.Errors;

namespace Muster.ServiceApi.Requests;

/// <summary>
/// Reads the body of a request that needs one: content type, size, JSON, an object at its root (service-api S-1.4, S-1.5).
/// </summary>
internal static class JsonBody
{
    /// <summary>As the other overload, for a body that is one entity.</summary>
    public static Task<Result<T>> ReadAsync<T>(ServiceRequest request, Func<JsonElement, Result<T>> read)
        where T : class => ReadAsync(request, RequestBody.MessageLimit, read);

    /// <summary>
    /// Reads the body of at most <paramref name="limit"/> bytes and hands its root object to <paramref name="read"/>, which may not keep
    /// the document.
    /// </summary>
    public static async Task<Result<T>> ReadAsync<T>(ServiceRequest request, int limit, Func<JsonElement, Result<T>> read)
        where T : class
    {
        // Without a body there is no type to complain about: the missing body is the better news.
        var hasBody = request.Context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? true;
        if (hasBody && !RequestBody.HasJsonContentType(request.Context)) return Refusals.UnsupportedMediaType;

        return await ReadAnyAsync(request, limit, read);
    }

    /// <summary>Reads a body whatever its content type says.</summary>
    public static Task<Result<T>> ReadAnyAsync<T>(ServiceRequest request, Func<JsonElement, Result<T>> read)
        where T : class => ReadAnyAsync(request, RequestBody.MessageLimit, read);

    private static async Task<Result<T>> ReadAnyAsync<T>(ServiceRequest request, int limit, Func<JsonElement, Result<T>> read)
        where T : class
    {
        var body = await RequestBody.ReadAsync(request.Context, limit);
        if (!body.Try(out var bytes, out var tooLarge)) return tooLarge;
        if (bytes.Length == 0) return Refusals.MalformedBody("The request body is empty.");
        if (!RequestBody.ParseJson(bytes).Try(out var document, out var malformed)) return malformed;

        using (document)
        {
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? read(document.RootElement)
                : Refusals.MalformedBody("The request body must be a JSON object.");
        }
    }
}
