using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Muster.Protocols.Sas;

/// <summary>
/// A parsed shared access signature: <c>SharedAccessSignature sr=…&amp;sig=…&amp;se=…[&amp;skn=…]</c>. The parts may stand
/// in any order. The signature covers <see cref="RawResource"/> exactly as it was sent, because clients encode it in
/// different ways and no normal form verifies all of them (device-protocols 1.7, service-api S-3.1).
/// </summary>
public sealed class SasToken
{
    /// <summary>The longest token that is looked at, in characters.</summary>
    public const int MaxLength = 4096;

    private const string Scheme = "SharedAccessSignature ";

    private SasToken(string rawResource, string resource, byte[] signature, string rawExpiry, long expiresAt, string? keyName)
    {
        RawResource = rawResource;
        Resource = resource;
        Signature = signature;
        ExpiresAtUnixSeconds = expiresAt;
        KeyName = keyName;
        SignedText = Encoding.UTF8.GetBytes(rawResource + "\n" + rawExpiry);
    }

    /// <summary>The <c>sr</c> part as it stands in the token.</summary>
    public string RawResource { get; }

    /// <summary>The <c>sr</c> part, percent-decoded once.</summary>
    public string Resource { get; }

    /// <summary>The decoded <c>sig</c> part; 32 bytes in a sound token, but any length parses.</summary>
    public ReadOnlyMemory<byte> Signature { get; }

    /// <summary>The <c>se</c> part: seconds since 1970-01-01T00:00:00Z.</summary>
    public long ExpiresAtUnixSeconds { get; }

    /// <summary>The <c>skn</c> part, percent-decoded; null when absent, may be empty.</summary>
    public string? KeyName { get; }

    /// <summary>What the signature is made over: UTF-8 of <see cref="RawResource"/>, a line feed, <c>se</c> as sent.</summary>
    public ReadOnlyMemory<byte> SignedText { get; }

    /// <summary>Whether <paramref name="text"/> looks like a SAS token by its scheme word.</summary>
    public static bool HasScheme(string? text) =>
        text is not null && text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>Parses a token.</summary>
    /// <param name="text">The header or password text, scheme word included.</param>
    /// <param name="token">The token; null on failure.</param>
    /// <param name="problem">What is wrong, for the operator's trace; null on success. It quotes no part of the signature.</param>
    /// <returns>False for a malformed token: wrong scheme, missing or repeated part, bad base64, bad number.</returns>
    public static bool TryParse(string? text, out SasToken? token, out string? problem)
    {
        token = null;
        problem = null;
        if (text is null || !HasScheme(text)) return Fail("it does not start with 'SharedAccessSignature '", out problem);
        if (text.Length > MaxLength) return Fail($"it is longer than {MaxLength} characters", out problem);

        string? sr = null, sig = null, se = null, skn = null;
        foreach (var part in text[Scheme.Length..].Trim().Split('&'))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0) continue;
            var value = part[(equals + 1)..];
            switch (part[..equals].Trim())
            {
                case "sr" when sr is null: sr = value; break;
                case "sig" when sig is null: sig = value; break;
                case "se" when se is null: se = value; break;
                case "skn" when skn is null: skn = value; break;
                case "sr" or "sig" or "se" or "skn": return Fail($"the part '{part[..equals].Trim()}' is repeated", out problem);
            }
        }

        if (string.IsNullOrEmpty(sr)) return Fail("the part 'sr' is missing", out problem);
        if (string.IsNullOrEmpty(sig)) return Fail("the part 'sig' is missing", out problem);
        if (string.IsNullOrEmpty(se)) return Fail("the part 'se' is missing", out problem);
        if (!long.TryParse(se, NumberStyles.None, CultureInfo.InvariantCulture, out var expiresAt))
            return Fail("the part 'se' is not a number of seconds", out problem);

        // Only percent escapes are decoded: a '+' in an undecoded value is a literal plus.
        var signature = new byte[sig.Length];
        if (!Convert.TryFromBase64String(Uri.UnescapeDataString(sig), signature, out var written))
            return Fail("the part 'sig' is not Base64", out problem);

        token = new SasToken(sr, Uri.UnescapeDataString(sr), signature[..written], se, expiresAt, skn is null ? null : Uri.UnescapeDataString(skn));
        return true;

        static bool Fail(string reason, out string? problem)
        {
            problem = "The SAS token cannot be read: " + reason + ".";
            return false;
        }
    }

    /// <summary>Whether the signature was made with <paramref name="key"/>; compared in constant time.</summary>
    public bool IsSignedWith(ReadOnlySpan<byte> key)
    {
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, SignedText.Span, expected);
        return CryptographicOperations.FixedTimeEquals(expected, Signature.Span);
    }

    /// <summary>Whether the token has expired at <paramref name="now"/>, allowing <paramref name="skew"/> of clock difference.</summary>
    public bool IsExpired(DateTimeOffset now, TimeSpan skew) =>
        ExpiresAtUnixSeconds < now.ToUnixTimeSeconds() - (long)skew.TotalSeconds;
}
