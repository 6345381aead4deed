using System.Diagnostics.CodeAnalysis;

namespace Muster.DeviceApi.Mqtt;

/// <summary>
/// The user name of a provisioning device: <c>{scope}/registrations/{id}/api-version={v}[&amp;ClientVersion={text}]</c>
/// (device-protocols 3.1).
/// </summary>
/// <param name="IdScope">ID scope, percent-decoded.</param>
/// <param name="RegistrationId">Registration ID, percent-decoded.</param>
/// <param name="ApiVersion">API version as presented; empty when absent.</param>
/// <param name="ClientVersion">What the client calls itself; empty when absent.</param>
internal sealed record MqttUserName(string IdScope, string RegistrationId, string ApiVersion, string ClientVersion)
{
    private const string Registrations = "registrations";

    /// <summary>Reads a user name.</summary>
    /// <param name="text">User name as sent.</param>
    /// <param name="name">The parts.</param>
    /// <param name="problem">What is wrong, for the operator.</param>
    public static bool TryParse(string? text, [NotNullWhen(true)] out MqttUserName? name, [NotNullWhen(false)] out string? problem)
    {
        name = null;
        problem = "The user name must be '{ID scope}/registrations/{registration ID}/api-version={version}'";
        if (string.IsNullOrEmpty(text))
        {
            problem += "; there is none.";
            return false;
        }

        // At most four parts: everything after the third slash is a query, whose values may hold slashes and blanks.
        var parts = text.Split('/', 4);
        if (parts.Length < 3 || parts[0].Length == 0 || parts[1] != Registrations || parts[2].Length == 0)
        {
            problem += $"; presented '{text}'.";
            return false;
        }

        problem = null;
        var (version, client) = parts.Length == 4 ? ReadQuery(parts[3]) : ("", "");
        name = new MqttUserName(Uri.UnescapeDataString(parts[0]), Uri.UnescapeDataString(parts[2]), version, client);
        return true;
    }

    private static (string Version, string Client) ReadQuery(string query)
    {
        string? version = null, client = null;
        foreach (var pair in query.TrimStart('?').Split('&'))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0) continue;
            var key = pair.AsSpan(0, equals);
            if (key.Equals("api-version", StringComparison.OrdinalIgnoreCase)) version ??= Uri.UnescapeDataString(pair[(equals + 1)..]);
            else if (key.Equals("ClientVersion", StringComparison.OrdinalIgnoreCase)) client ??= Uri.UnescapeDataString(pair[(equals + 1)..]);
        }

        return (version ?? "", client ?? "");
    }
}
