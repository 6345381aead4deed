using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Muster.Composition;

/// <summary>What is printed once the server serves: what one needs next, in plain aligned text.</summary>
public static class StartBanner
{
    private const int LabelWidth = 19;

    /// <summary>Writes the banner.</summary>
    /// <param name="endpoints">What the server announces.</param>
    /// <param name="dataFolder">Absolute path of the data folder.</param>
    /// <param name="root">The root certificate; null where the user's own certificate is used.</param>
    /// <param name="version">The version of this build.</param>
    public static string Render(EndpointsDocument endpoints, string dataFolder, X509Certificate2? root, string version)
    {
        var text = new StringBuilder();
        text.Append("Muster ").Append(version).Append(" is serving.\n\n");
        Line("Portal", endpoints.Portal);
        Line("", "(the link works once; a restart prints a new one)");
        if (endpoints.IdScope is { } scope) Line("ID scope", scope);
        Line("Service endpoint", endpoints.ServiceEndpoint);
        Line("Device endpoint", endpoints.DeviceEndpoint);
        foreach (var hub in endpoints.Hubs) Line("Embedded hub", hub.HostName);
        if (root is not null && endpoints.RootCertificate is { } file)
        {
            Line("Root certificate", file);
            Line("  SHA-256", Fingerprint(root));
        }
        else
        {
            Line("Certificate", "your own");
        }

        Line("Data folder", dataFolder);
        Line("Endpoints, keys", Path.Combine(dataFolder, "endpoints.json"));
        Line("", "(service and hub connection strings; readable only by you)");
        Line("TLS library", OpenSslVersion.Text);
        Line("MQTT", $"port {endpoints.MqttPort}, and WebSockets on port {endpoints.HttpsPort}");
        Line("AMQP", $"port {endpoints.AmqpPort} is noted; this version does not open it");
        text.Append('\n');
        if (endpoints.IdScope is not null)
        {
            text.Append("Next, enroll a device (the portal shows how) and register it:\n\n  ");
            text.Append(new QuickStart(endpoints, dataFolder).Register).Append('\n');
        }
        else
        {
            text.Append("Next, look whether it is ready:\n\n  curl ");
            if (endpoints.RootCertificate is { } trust) text.Append("--cacert ").Append(QuickStart.Quote(trust)).Append(' ');
            text.Append("https://").Append(endpoints.ServiceEndpoint).Append("/readyz\n");
        }

        text.Append("\nCtrl-C stops it.\n");
        return text.ToString();

        void Line(string label, string value) => text.Append("  ").Append(label.PadRight(LabelWidth)).Append(value).Append('\n');
    }

    /// <summary>The SHA-256 fingerprint of a certificate as <c>openssl x509 -fingerprint -sha256</c> prints it.</summary>
    public static string Fingerprint(X509Certificate2 certificate) =>
        string.Join(':', certificate.GetCertHash(HashAlgorithmName.SHA256).Select(octet => octet.ToString("X2")));
}
