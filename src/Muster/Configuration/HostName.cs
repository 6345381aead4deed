using System.Net;
using System.Net.Sockets;

namespace Muster.Configuration;

/// <summary>The names a server can have: DNS names and IP addresses.</summary>
public static class HostName
{
    /// <summary>Whether <paramref name="text"/> is a DNS name of letters, digits and hyphens, or an IP address without brackets.</summary>
    public static bool IsValid(string text)
    {
        if (IsAddress(text, out _)) return true;
        if (text.Length is 0 or > 253) return false;
        var labels = text.Split('.');
        return Array.TrueForAll(labels, IsLabel)
            // "10.0.0" or "300.1.1.1" is a mistyped address, not a name.
            && !labels[^1].All(char.IsAsciiDigit);

        static bool IsLabel(string label) =>
            label.Length is > 0 and <= 63
            && label[0] != '-' && label[^1] != '-'
            && label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
    }

    /// <summary>The form in which names are compared and printed: lower case, addresses in their canonical text.</summary>
    public static string Normalize(string name) =>
        IsAddress(name, out var address) ? address.ToString() : name.ToLowerInvariant();

    /// <summary>Whether <paramref name="text"/> is an IP address as people write it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="address">The address; <see cref="IPAddress.None"/> if it is none.</param>
    public static bool IsAddress(string text, out IPAddress address)
    {
        address = IPAddress.None;
        if (!IPAddress.TryParse(text, out var parsed) || text.StartsWith('[')) return false;

        // The parser also takes "1" and "10.1" for addresses.
        if (parsed.AddressFamily == AddressFamily.InterNetwork && text.Count(c => c == '.') != 3) return false;
        if (parsed.AddressFamily == AddressFamily.InterNetworkV6 && parsed.ScopeId != 0) return false;
        address = parsed;
        return true;
    }

    /// <summary>The name with its port as it stands in URLs and Host headers: without the port where it is the scheme's own.</summary>
    public static string WithPort(string name, int port, int schemePort)
    {
        var host = IsAddress(name, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{name}]" : name;
        return port == schemePort ? host : $"{host}:{port}";
    }
}
