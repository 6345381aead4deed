using System.Globalization;
using System.Numerics;
using Muster.Core.Errors;
using Muster.Core.Queries;
using Muster.ServiceApi.Requests;

namespace Muster.ServiceApi.Queries;

/// <summary>Which page a query asks for, from its headers (service-api S-8.3).</summary>
/// <param name="Size">Wanted items, 1 to <see cref="QueryService.MaxPageSize"/>.</param>
/// <param name="RequestedSize">The header's text, to be repeated in the answer; null when there is none.</param>
/// <param name="Continuation">The token of the page before; empty for the first page.</param>
internal sealed record PageRequest(int Size, string? RequestedSize, string Continuation)
{
    /// <summary>The header of the page size.</summary>
    public const string SizeHeader = "x-ms-max-item-count";

    /// <summary>The header of the continuation token; lower case on the wire, as C# clients look it up.</summary>
    public const string ContinuationHeader = "x-ms-continuation";

    private const int MaxDigits = 32;

    /// <summary>Reads the headers; a page size that is no whole number is refused.</summary>
    public static Result<PageRequest> Read(ServiceRequest request)
    {
        var headers = request.Context.Request.Headers;
        var continuation = headers[ContinuationHeader].ToString().Trim();
        var text = headers[SizeHeader].ToString().Trim();
        if (text.Length == 0) return new PageRequest(QueryService.DefaultPageSize, null, continuation);
        if (text.Length > MaxDigits
            || !BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return Refusals.InvalidHeader(SizeHeader, "it must be a whole number.");
        }

        // Clients send 0 or -1 for "as you like".
        var size = number.Sign <= 0 ? QueryService.DefaultPageSize : (int)BigInteger.Min(number, QueryService.MaxPageSize);
        return new PageRequest(size, text, continuation);
    }
}
