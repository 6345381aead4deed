using Microsoft.AspNetCore.Http;
using Muster.Core.Errors;

namespace Muster.Api.Requests;

/// <summary>The query parameter <c>api-version</c>.</summary>
public static class ApiVersion
{
    /// <summary>First version that knows the substatus <c>reprovisionedToInitialAssignment</c> (service-api S-2).</summary>
    public const string ReprovisionedSubstatus = "2021-06-01";

    /// <summary>The requested version, which must be one of <paramref name="supported"/>; the parameter's name compares without case.</summary>
    public static Result<string> Read(HttpContext context, IReadOnlyList<string> supported)
    {
        var presented = context.Request.Query["api-version"].ToString();
        foreach (var version in supported)
        {
            if (version.Equals(presented, StringComparison.OrdinalIgnoreCase)) return version;
        }

        return Refusals.UnsupportedApiVersion(presented, supported);
    }

    /// <summary>Whether <paramref name="version"/> is <paramref name="other"/> or later. Versions are dates, so texts order them.</summary>
    public static bool IsAtLeast(string version, string other) => string.CompareOrdinal(version, other) >= 0;
}
