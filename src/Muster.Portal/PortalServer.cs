using Muster.Core.Secrets;

namespace Muster.Portal;

/// <summary>What the portal tells about the server it runs in. The server fills it before the portal's door opens.</summary>
public sealed class PortalServer
{
    /// <summary>The version of this build.</summary>
    public string Version { get; set; } = "";

    /// <summary>Public host name, without port.</summary>
    public string PublicName { get; set; } = "localhost";

    /// <summary>Host of the service API, with the port where it is not 443.</summary>
    public string ServiceEndpoint { get; set; } = "localhost";

    /// <summary>Host that devices register at, with the port where it is not 443.</summary>
    public string DeviceEndpoint { get; set; } = "localhost";

    /// <summary>Port of HTTPS.</summary>
    public int HttpsPort { get; set; } = 443;

    /// <summary>Port of MQTT over TLS.</summary>
    public int MqttPort { get; set; } = 8883;

    /// <summary>Port of AMQP over TLS.</summary>
    public int AmqpPort { get; set; } = 5671;

    /// <summary>Whether bearer tokens of a directory are taken by the service API and the management API.</summary>
    public bool TakesDirectoryTokens { get; set; }

    /// <summary>Absolute path of the data folder.</summary>
    public string DataFolder { get; set; } = "";

    /// <summary>Absolute path of the root certificate, PEM; null where the user's own certificate is used.</summary>
    public string? RootCertificateFile { get; set; }

    /// <summary>SHA-256 fingerprint of the root certificate; null where the user's own certificate is used.</summary>
    public string? RootFingerprint { get; set; }

    /// <summary>How this program is started in a shell, for example <c>dotnet /opt/muster/muster.dll</c>.</summary>
    public string ProgramCommand { get; set; } = "muster";

    /// <summary>
    /// Signs a token: resource, policy name, key, end. It is the rule of the service API, which the portal does not know.
    /// </summary>
    public Func<string, string, Secret, DateTimeOffset, Secret> SignToken { get; set; } =
        static (_, _, _, _) => throw new InvalidOperationException("The host has not said how tokens are signed.");

    /// <summary>Puts a further host name into the server certificate; does nothing where the user's own certificate is used.</summary>
    public Action<string> AddHostName { get; set; } = static _ => { };

    /// <summary>The public service host of an instance, with the port where it is not 443.</summary>
    /// <param name="serviceHostNames">The instance's own hosts; empty for the default instance.</param>
    public string ServiceHostOf(IReadOnlyList<string> serviceHostNames)
    {
        if (serviceHostNames.Count == 0) return ServiceEndpoint;
        var colon = ServiceEndpoint.LastIndexOf(':');
        var port = colon > ServiceEndpoint.LastIndexOf(']') ? ServiceEndpoint[colon..] : "";
        return serviceHostNames[0] + port;
    }
}
