using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Muster.Core.Certificates.Verification;

/// <summary>Distinguished names as texts for people.</summary>
internal static class NameText
{
    private const int MaxLength = 128;

    /// <summary>The name in encoding order, without control characters, at most 128 characters.</summary>
    public static string Of(ReadOnlyMemory<byte> encoded)
    {
        try
        {
            var text = new X500DistinguishedName(encoded.Span).Decode(X500DistinguishedNameFlags.None);
            text = string.Concat(text.Take(MaxLength).Select(c => char.IsControl(c) ? '?' : c));
            return text.Length == 0 ? "(empty name)" : text;
        }
        catch (CryptographicException)
        {
            return "(unreadable name)";
        }
    }
}
