using System.Globalization;

namespace Muster.Api.Json;

/// <summary>Timestamps on the wire: UTC, ISO 8601, <c>Z</c>, 100 ns resolution.</summary>
public static class WireTime
{
    /// <summary>Always seven decimals: device answers and error bodies (device-protocols 1.5).</summary>
    public static string Full(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Trailing zeros of the fraction trimmed, no fraction when zero: service answers (service-api S-1.4).</summary>
    public static string Trimmed(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
}
