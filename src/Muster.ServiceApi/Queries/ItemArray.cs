using System.Text.Json;
using Muster.Core.Queries;
using Muster.ServiceApi.Requests;

namespace Muster.ServiceApi.Queries;

/// <summary>The answer of a query: one page of items as an array (service-api S-8.2, S-8.3).</summary>
internal static class ItemArray
{
    /// <summary>Writes 200, the headers of paging and the array.</summary>
    /// <param name="request">The request.</param>
    /// <param name="itemType">The value of <c>x-ms-item-type</c>, by which C# clients read the items.</param>
    /// <param name="asked">What was asked for.</param>
    /// <param name="page">The page.</param>
    /// <param name="write">Writes one item.</param>
    /// <typeparam name="T">The items' type.</typeparam>
    public static Task WriteAsync<T>(
        ServiceRequest request, string itemType, PageRequest asked, ListPage<T> page, Action<Utf8JsonWriter, T> write)
    {
        var headers = request.Context.Response.Headers;
        headers["x-ms-item-type"] = itemType;
        headers.XContentTypeOptions = "nosniff";
        if (asked.RequestedSize is { } size) headers[PageRequest.SizeHeader] = size;
        // Clients page until it is missing, so on the last page it must be.
        if (page.Continuation is { } continuation) headers[PageRequest.ContinuationHeader] = continuation;
        return request.OkAsync(writer =>
        {
            writer.WriteStartArray();
            foreach (var item in page.Items) write(writer, item);
            writer.WriteEndArray();
        });
    }
}
