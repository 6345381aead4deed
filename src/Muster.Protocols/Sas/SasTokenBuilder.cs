using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Muster.Protocols.Sas;

/// <summary>Signs shared access signatures, as a client does.</summary>
public static class SasTokenBuilder
{
    /// <summary>Makes a token for <paramref name="resource"/>.</summary>
    /// <param name="resource">The plain resource text; it is percent-encoded into <c>sr</c>.</param>
    /// <param name="key">The raw signing key.</param>
    /// <param name="expiresAt">When the token ends.</param>
    /// <param name="keyName">The <c>skn</c> part; omitted when null.</param>
    public static string Create(string resource, ReadOnlySpan<byte> key, DateTimeOffset expiresAt, string? keyName = null)
    {
        var sr = Uri.EscapeDataString(resource);
        var se = expiresAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signature = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(sr + "\n" + se));
        var token = $"SharedAccessSignature sr={sr}&sig={Uri.EscapeDataString(Convert.ToBase64String(signature))}&se={se}";
        return keyName is null ? token : token + "&skn=" + Uri.EscapeDataString(keyName);
    }
}
