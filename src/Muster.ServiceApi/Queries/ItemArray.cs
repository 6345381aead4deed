using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Muster.Api.Json;
using Muster.ServiceApi.Requests;

namespace Muster.ServiceApi.Queries;

/// <summary>The answer of a query: an array of items, sent while it is read from the store (service-api S-8.2).</summary>
internal static class ItemArray
{
    private const int FlushThreshold = 32 * 1024;
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes 200 and the array.</summary>
    /// <param name="request">The request.</param>
    /// <param name="itemType">The value of <c>x-ms-item-type</c>, by which C# clients read the items.</param>
    /// <param name="items">The items.</param>
    /// <param name="write">Writes one item.</param>
    /// <typeparam name="T">The items' type.</typeparam>
    public static async Task WriteAsync<T>(
        ServiceRequest request, string itemType, IAsyncEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        var response = request.Context.Response;
        await using var item = items.GetAsyncEnumerator(request.Aborted);

        // The first page is read before the answer begins, so that a store that fails still gives an error body.
        var hasItem = await item.MoveNextAsync();
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = JsonResponse.ContentType;
        response.Headers["x-ms-item-type"] = itemType;
        response.Headers.XContentTypeOptions = "nosniff";

        await using var writer = new Utf8JsonWriter(response.BodyWriter, Options);
        long sent = 0;
        writer.WriteStartArray();
        for (; hasItem; hasItem = await item.MoveNextAsync())
        {
            write(writer, item.Current);
            if (writer.BytesCommitted + writer.BytesPending - sent < FlushThreshold) continue;
            await writer.FlushAsync(request.Aborted);
            await response.BodyWriter.FlushAsync(request.Aborted);
            sent = writer.BytesCommitted;
        }

        writer.WriteEndArray();
        await writer.FlushAsync(request.Aborted);
    }
}
