namespace Muster.Protocols.Sas;

/// <summary>Which resources a token's <c>sr</c> covers: a host, optionally followed by a path prefix of whole segments.</summary>
public static class SasScope
{
    /// <summary>
    /// Whether <paramref name="resource"/> (decoded <c>sr</c>) covers <paramref name="path"/> on <paramref name="host"/>.
    /// A leading scheme and a trailing slash are dropped; the host compares without case and with or without its port
    /// (service-api S-3.1 rule 5, iot-hub 2.2).
    /// </summary>
    /// <param name="resource">Decoded <c>sr</c>, for example <c>host/enrollments</c>.</param>
    /// <param name="host">Request host, with or without port.</param>
    /// <param name="path">Request path, starting with a slash, percent-decoded.</param>
    /// <param name="pathComparison">How paths compare: a hub's device IDs differ by case, provisioning IDs do not.</param>
    public static bool Covers(
        string resource, string host, string path, StringComparison pathComparison = StringComparison.OrdinalIgnoreCase)
    {
        var scheme = resource.IndexOf("://", StringComparison.Ordinal);
        if (scheme >= 0) resource = resource[(scheme + 3)..];
        resource = resource.TrimEnd('/');

        var slash = resource.IndexOf('/', StringComparison.Ordinal);
        var signedHost = slash < 0 ? resource : resource[..slash];
        if (signedHost.Length == 0 || !SameHost(signedHost, host)) return false;
        if (slash < 0) return true;

        var prefix = resource[slash..];
        return path.StartsWith(prefix, pathComparison)
            && (path.Length == prefix.Length || path[prefix.Length] == '/');
    }

    /// <summary>Whether two host texts name the same host, ignoring case and, where only one side names it, the port.</summary>
    public static bool SameHost(string left, string right)
    {
        if (left.Equals(right, StringComparison.OrdinalIgnoreCase)) return true;
        var (leftName, leftPort) = Split(left);
        var (rightName, rightPort) = Split(right);
        return leftName.Equals(rightName, StringComparison.OrdinalIgnoreCase) && (leftPort.Length == 0 || rightPort.Length == 0);

        static (string Name, string Port) Split(string host)
        {
            var colon = host.LastIndexOf(':');
            return colon < 0 || host.EndsWith(']') ? (host, "") : (host[..colon], host[(colon + 1)..]);
        }
    }
}
