using System.Text.RegularExpressions;
using Muster.Core.Errors;
using Muster.Core.Secrets;

namespace Muster.Core.Hubs;

/// <summary>
/// A hub's connection string, read: <c>HostName=...;SharedAccessKeyName=...;SharedAccessKey=...</c> in any order (iot-hub 2.1).
/// </summary>
/// <param name="HostName">The hub's host name in lower case, without port.</param>
/// <param name="KeyName">Name of the shared access policy.</param>
/// <param name="Key">Base64 of the policy's key, or <see cref="MaskedKey"/> where the caller sends back what it was shown.</param>
public sealed partial record HubConnectionString(string HostName, string KeyName, Secret Key)
{
    /// <summary>What stands for the key wherever a connection string is shown (management-api A-7).</summary>
    public const string MaskedKey = "****";

    private const string Member = "connectionString";
    private const int MaxLength = 1024;
    private const int MaxKeyBytes = 512;

    /// <summary>Whether the key was masked, so that it says nothing.</summary>
    public bool IsMasked => Key.Reveal() == MaskedKey;

    /// <summary>The connection string with the key masked, fit for showing.</summary>
    public string Masked => $"HostName={HostName};SharedAccessKeyName={KeyName};SharedAccessKey={MaskedKey}";

    /// <summary>The whole connection string.</summary>
    public Secret ToSecret() => new($"HostName={HostName};SharedAccessKeyName={KeyName};SharedAccessKey={Key.Reveal()}");

    /// <summary>Reads a connection string; a refusal (400004) names the part that is wrong and never repeats the key.</summary>
    public static Result<HubConnectionString> Parse(string text)
    {
        if (text.Length > MaxLength) return Invalid($"it is longer than {MaxLength} characters.");
        var parts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var part in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            // Keys end in '=' themselves, so only the first one divides.
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0) return Invalid("it must be of the form HostName=...;SharedAccessKeyName=...;SharedAccessKey=...");
            if (!parts.TryAdd(part[..equals].TrimEnd(), part[(equals + 1)..].TrimStart()))
                return Invalid("a part is given twice.");
        }

        if (!parts.TryGetValue("HostName", out var host) || host.Length == 0) return Invalid("HostName is missing.");
        if (!IsHostName(host))
            return Invalid("HostName must be a host name without scheme, port and path; the port is a setting of its own.");
        if (!parts.TryGetValue("SharedAccessKeyName", out var name) || name.Length == 0) return Invalid("SharedAccessKeyName is missing.");
        if (!parts.TryGetValue("SharedAccessKey", out var key) || key.Length == 0) return Invalid("SharedAccessKey is missing.");
        var bytes = new byte[MaxKeyBytes];
        if (key != MaskedKey && (!Convert.TryFromBase64String(key, bytes, out var length) || length == 0))
            return Invalid("SharedAccessKey must be Base64.");
        return new HubConnectionString(host.ToLowerInvariant(), name, new Secret(key));
    }

    /// <summary>Whether <paramref name="text"/> is a DNS name or an IPv4 address without port.</summary>
    public static bool IsHostName(string text) => text.Length <= 253 && HostNamePattern().IsMatch(text);

    private static Refusal Invalid(string detail) => Refusals.InvalidMember(Member, detail);

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9-]{0,62}(\\.[A-Za-z0-9][A-Za-z0-9-]{0,62})*$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex HostNamePattern();
}
