using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Muster.Core.Concurrency;

/// <summary>
/// Entity tags: Base64 of a quoted, GUID-shaped text whose last group is the Unix time of the write in hex and <c>0000</c>
/// (service-api S-5). Clients treat them as opaque; every write makes a new one.
/// </summary>
public static class ETag
{
    /// <summary>A fresh tag for a write at <paramref name="now"/>.</summary>
    public static string Create(DateTimeOffset now)
    {
        Span<byte> random = stackalloc byte[10];
        RandomNumberGenerator.Fill(random);
        var hex = Convert.ToHexStringLower(random);
        var seconds = ((uint)now.ToUnixTimeSeconds()).ToString("x8", CultureInfo.InvariantCulture);
        return Convert.ToBase64String(Encoding.ASCII.GetBytes($"\"{hex[..8]}-{hex[8..12]}-{hex[12..16]}-{hex[16..20]}-{seconds}0000\""));
    }

    /// <summary>The text inside <paramref name="etag"/> without its quotes, or null when it is not of this form.</summary>
    public static string? InnerText(string etag)
    {
        Span<byte> bytes = stackalloc byte[etag.Length];
        return Convert.TryFromBase64String(etag, bytes, out var written) ? Encoding.UTF8.GetString(bytes[..written]).Trim('"') : null;
    }
}
