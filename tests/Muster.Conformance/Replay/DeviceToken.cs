using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Muster.Conformance.Replay;

/// <summary>Signs tokens in the style of a certain client (device-protocols 1.7).</summary>
public static class DeviceToken
{
    private const string Scheme = "SharedAccessSignature ";

    /// <summary>Makes a fresh token that has the parts, the order and the escapes of another.</summary>
    /// <param name="model">The token whose style is kept.</param>
    /// <param name="resource">The text of <c>sr</c>, exactly as the client writes it.</param>
    /// <param name="key">The key, Base64.</param>
    public static string Like(string model, string resource, string key)
    {
        var expiry = TimeProvider.System.GetUtcNow().AddHours(1).ToUnixTimeSeconds().ToString();
        var signed = Encoding.UTF8.GetBytes($"{resource}\n{expiry}");
        var signature = Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(key), signed));
        var parts = model[Scheme.Length..].Split('&').Select(part => part.Split('=', 2)).Select(part => part[0] switch
        {
            "sr" => "sr=" + resource,
            "sig" => "sig=" + Escape(signature, lowerCase: Regex.IsMatch(part[1], "%[0-9]?[a-f]", RegexOptions.NonBacktracking)),
            "se" => "se=" + expiry,
            _ => string.Join('=', part),
        });
        return Scheme + string.Join('&', parts);
    }

    private static string Escape(string text, bool lowerCase)
    {
        var escaped = Uri.EscapeDataString(text);
        return lowerCase ? escaped.Replace("%2B", "%2b").Replace("%2F", "%2f").Replace("%3D", "%3d") : escaped;
    }
}
