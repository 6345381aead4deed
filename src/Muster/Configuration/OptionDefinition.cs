namespace Muster.Configuration;

/// <summary>One option of the server as every source knows it.</summary>
/// <param name="Key">Key in files (section <c>Muster</c>) and, after <c>MUSTER__</c>, in the environment.</param>
/// <param name="Switch">Name on the command line; empty where it cannot stand there.</param>
/// <param name="Argument">What its value is called in the help.</param>
/// <param name="Kind">What values it takes.</param>
/// <param name="Help">What it does and its default, for humans.</param>
public sealed record OptionDefinition(string Key, string Switch, string Argument, OptionKind Kind, string Help)
{
    /// <summary>Key of the option that names a configuration file and so cannot stand in one.</summary>
    public const string ConfigKey = "Config";

    /// <summary>Every option of the server, in the order of the help.</summary>
    public static IReadOnlyList<OptionDefinition> All { get; } =
    [
        new("Data", "--data", "DIR", OptionKind.Path, "Folder of all state. Created if missing. Default: ./data"),
        new("Hosts", "--host", "NAME", OptionKind.Names,
            "Host name or IP address in the server certificate. Repeatable; the first is the public name. Default: localhost"),
        new("Hubs", "--hub", "NAME", OptionKind.Names, "Host name of an embedded IoT hub. Repeatable. Default: the public name"),
        new("Listen", "--listen", "ADDRESS", OptionKind.Names,
            "IP address of this machine to listen on, for all doors but the portal's. Repeatable. Default: every address"),
        new("HttpsPort", "--https-port", "PORT", OptionKind.Port,
            "Port of HTTPS: service API, device API, embedded hubs. 0 is any free port. Default: 443, or 8443 where 443 may not be opened"),
        new("MqttPort", "--mqtt-port", "PORT", OptionKind.Port,
            "Port of MQTT over TLS; 0 is any free port. Default: 8883"),
        new("AmqpPort", "--amqp-port", "PORT", OptionKind.Port,
            "Port of AMQP over TLS. Checked and reported, but this version does not open it. Default: 5671"),
        new("PortalPort", "--portal-port", "PORT", OptionKind.Port,
            "Port of the portal. 0 is any free port. Default: 8080"),
        new("PortalAddress", "--portal-address", "ADDRESS", OptionKind.Address,
            "IP address that the portal listens on. Any but loopback makes it HTTPS; 0.0.0.0 and :: are all of this machine. Default: loopback"),
        new("PortalUrl", "--portal-url", "URL", OptionKind.Url,
            "Address at which browsers find the portal behind a reverse proxy, path prefix included. Default: where it listens"),
        new("TrustedProxies", "--trusted-proxy", "ADDRESS", OptionKind.Names,
            "Address or network of a reverse proxy whose X-Forwarded headers are taken. Repeatable. Default: none"),
        new("CrlPort", "--crl-port", "PORT", OptionKind.Port,
            "Port of plain HTTP for the certificate revocation list. 0 is any free port. Default: 80, or 8081 where 80 may not be opened"),
        new("MetricsPort", "--metrics-port", "PORT", OptionKind.Port,
            "Port of plain HTTP for /metrics, Prometheus text, on the loopback addresses only. 0 is any free port. Default: not opened"),
        new("Certificate", "--certificate", "FILE", OptionKind.Path,
            "PEM file of your own server certificate, followed by its intermediates. Default: Muster makes one"),
        new("CertificateKey", "--certificate-key", "FILE", OptionKind.Path, "PEM file of the private key of --certificate"),
        new("SecretsKey", "--secrets-key", "FILE", OptionKind.Path,
            "File of the key that encrypts secrets. Created if missing. Default: secrets.key in the data folder"),
        new("PrivateEndpoints", "", "", OptionKind.Sections, "Addresses of this machine that are private. Only in files and environment"),
        new("LinkedHubs", "", "", OptionKind.Sections, "IoT hubs to link at start, beside the embedded ones. Only in files and environment"),
        new("Webhooks", "", "", OptionKind.Section, "Limits of allocation webhooks. Only in files and environment"),
        new("Latencies", "", "", OptionKind.Sections, "Latencies by source network, for lowest latency. Only in files and environment"),
        new("X509", "", "", OptionKind.Section, "How device certificates are judged. Only in files and environment"),
        new("Tpm", "", "", OptionKind.Section, "How TPMs are judged. Only in files and environment"),
        new("Mqtt", "", "", OptionKind.Section, "Limits of MQTT connections. Only in files and environment"),
        new("Quotas", "", "", OptionKind.Section, "What instances may hold and how fast they may be called. Only in files and environment"),
        new("Directory", "", "", OptionKind.Section, "OpenID Connect issuer of bearer tokens for the service and the management API. Only in files and environment"),
        new("PortalSignIn", "", "", OptionKind.Section, "OpenID Connect issuer whose people sign in to the portal. Only in files and environment"),
        new(ConfigKey, "--config", "FILE", OptionKind.Path,
            "JSON file with a section Muster, stronger than appsettings.json, weaker than environment and command line"),
    ];

    /// <summary>The options that the command line knows.</summary>
    public static IEnumerable<OptionDefinition> OnCommandLine => All.Where(option => option.Switch.Length > 0);

    /// <summary>Finds an option by its key, ignoring case as .NET configuration does; null if there is none.</summary>
    public static OptionDefinition? Find(string key) =>
        All.FirstOrDefault(option => option.Key.Equals(key, StringComparison.OrdinalIgnoreCase));
}
