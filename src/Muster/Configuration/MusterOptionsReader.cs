using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Muster.Core.Networking;
using Muster.Core.Quotas;

namespace Muster.Configuration;

/// <summary>
/// Makes <see cref="MusterOptions"/> from <c>appsettings.json</c>, the file of <c>--config</c>, the environment and the command
/// line, each stronger than the one before. Every mistake in every source is found in one go.
/// </summary>
public static class MusterOptionsReader
{
    /// <summary>Reads and validates.</summary>
    /// <param name="commandLine">Values of the command line by option key.</param>
    /// <param name="environment">All environment variables.</param>
    /// <param name="workingDirectory">Where relative paths start and <c>appsettings.json</c> is looked for.</param>
    /// <param name="mistakes">Receives every mistake.</param>
    /// <returns>The options, or null if this call added a mistake.</returns>
    public static MusterOptions? Read(
        IReadOnlyDictionary<string, IReadOnlyList<string>> commandLine,
        IReadOnlyDictionary<string, string> environment,
        string workingDirectory,
        IList<OptionMistake> mistakes)
    {
        var before = mistakes.Count;
        var reading = new Reading(workingDirectory, mistakes);
        var options = reading.Run(OptionLayer.FromCommandLine(commandLine), OptionLayer.FromEnvironment(environment, mistakes));
        return mistakes.Count == before ? options : null;
    }

    private sealed class Reading(string workingDirectory, IList<OptionMistake> mistakes)
    {
        /// <summary>Strongest first.</summary>
        private ImmutableArray<OptionLayer> _layers = [];

        public MusterOptions Run(OptionLayer commandLine, OptionLayer environment)
        {
            var files = ImmutableArray.CreateBuilder<string>();
            var settings = Path.Combine(workingDirectory, "appsettings.json");
            if (File.Exists(settings)) files.Add(settings);
            _layers = [commandLine, environment];
            if (PathOf(OptionDefinition.ConfigKey) is { } config) files.Add(config);

            var fileLayers = files.Select(file => OptionLayer.FromFile(file, mistakes)).ToImmutableArray();
            foreach (var layer in fileLayers.Where(layer => layer.Values.ContainsKey(OptionDefinition.ConfigKey)))
            {
                var key = OptionDefinition.ConfigKey;
                mistakes.Add(new(layer.NameOf(key), layer.Values[key][0],
                    "A configuration file cannot name another one. Allowed are --config and MUSTER__Config."));
            }

            _layers = [commandLine, environment, .. fileLayers.Reverse()];
            var options = new MusterOptions
            {
                DataFolder = PathOf("Data") ?? Path.Combine(workingDirectory, "data"),
                Hosts = NamesOf("Hosts") ?? ["localhost"],
                Hubs = NamesOf("Hubs") ?? [],
                Listen = AddressesOf("Listen"),
                PrivateEndpoints = NetworkSettings.ReadPrivateEndpoints(SectionsOf("PrivateEndpoints")),
                HttpsPort = PortOf("HttpsPort"),
                MqttPort = PortOf("MqttPort") ?? 8883,
                AmqpPort = PortOf("AmqpPort") ?? 5671,
                PortalPort = PortOf("PortalPort") ?? 8080,
                PortalAddress = AddressOf("PortalAddress"),
                PortalUrl = UrlOf("PortalUrl"),
                TrustedProxies = NetworksOf("TrustedProxies"),
                CrlPort = PortOf("CrlPort"),
                MetricsPort = PortOf("MetricsPort"),
                CertificateFile = PathOf("Certificate"),
                CertificateKeyFile = PathOf("CertificateKey"),
                SecretsKeyFile = PathOf("SecretsKey"),
                LinkedHubs = AllocationSettings.ReadHubs(SectionsOf("LinkedHubs"), workingDirectory),
                Webhooks = SectionsOf("Webhooks").FirstOrDefault() is { } webhooks
                    ? AllocationSettings.ReadWebhooks(webhooks, workingDirectory)
                    : new(),
                X509 = SectionsOf("X509").FirstOrDefault() is { } x509 ? CertificateSettings.Read(x509) : new(),
                Tpm = SectionsOf("Tpm").FirstOrDefault() is { } tpm ? CertificateSettings.ReadTpm(tpm) : new(),
                Mqtt = SectionsOf("Mqtt").FirstOrDefault() is { } mqtt ? MqttSettings.Read(mqtt) : new(),
                Latencies = AllocationSettings.ReadLatencies(SectionsOf("Latencies")),
                Quotas = SectionsOf("Quotas").FirstOrDefault() is { } quotas
                    ? ServiceApiSettings.ReadQuotas(quotas)
                    : FrozenDictionary<string, InstanceQuotas>.Empty,
                Directory = SectionsOf("Directory").FirstOrDefault() is { } directory ? ServiceApiSettings.ReadDirectory(directory) : null,
                PortalSignIn = SectionsOf("PortalSignIn").FirstOrDefault() is { } signIn ? PortalSettings.ReadSignIn(signIn, workingDirectory) : null,
                ConfigurationFiles = files.ToImmutable(),
            };
            CheckPortsDiffer(options);
            CheckCertificatePair(options);
            return options;
        }

        private (string Name, ImmutableArray<string> Values)? Find(string key)
        {
            foreach (var layer in _layers)
            {
                if (layer.Values.TryGetValue(key, out var values)) return (layer.NameOf(key), values);
            }

            return null;
        }

        /// <summary>The only value of an option; a repeated one is a mistake.</summary>
        private (string Name, string Value)? Single(string key)
        {
            if (Find(key) is not var (name, values)) return null;
            if (values.Length == 1) return (name, values[0]);
            mistakes.Add(new(name, string.Join("', '", values), "It is given more than once. Allowed is one value."));
            return null;
        }

        private string? PathOf(string key)
        {
            if (Single(key) is not var (name, value)) return null;
            if (!string.IsNullOrWhiteSpace(value) && !value.Contains('\0', StringComparison.Ordinal))
                return Path.GetFullPath(value, workingDirectory);
            var what = key == "Data" ? "folder" : "file";
            mistakes.Add(new(name, value, $"It is not a path. Allowed is the path of a {what}."));
            return null;
        }

        private IEnumerable<OptionSection> SectionsOf(string key)
        {
            if (Find(key) is not var (name, values)) return [];
            var isList = OptionDefinition.Find(key)!.Kind == OptionKind.Sections;
            return [.. values.Select((packed, index) => new OptionSection(isList ? $"{name}:{index}" : name, packed, mistakes))];
        }

        private int? PortOf(string key)
        {
            if (Single(key) is not var (name, value)) return null;
            if (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= 65535) return port;
            mistakes.Add(new(name, value, "It is not a port. Allowed are whole numbers from 0 to 65535; 0 is any free port."));
            return null;
        }

        private IPAddress? AddressOf(string key)
        {
            if (Single(key) is not var (name, value)) return null;
            if (HostName.IsAddress(value, out var address)) return address;
            mistakes.Add(new(name, value, "It is not an IP address. Allowed are addresses of this machine; 0.0.0.0 and :: are all of them."));
            return null;
        }

        private Uri? UrlOf(string key)
        {
            if (Single(key) is not var (name, value)) return null;
            if (Uri.TryCreate(value, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp)
                && url.Host.Length > 0 && url is { Query: "", Fragment: "", UserInfo: "" })
            {
                return url;
            }

            mistakes.Add(new(name, value, "It is not the address of a page. Allowed are addresses such as https://ops.example.org/muster, without query."));
            return null;
        }

        private ImmutableArray<IPNetwork> NetworksOf(string key)
        {
            if (Find(key) is not var (name, values)) return [];
            var networks = ImmutableArray.CreateBuilder<IPNetwork>();
            foreach (var value in values)
            {
                if (IpFilterRule.TryParseMask(value, out var network)) networks.Add(network);
                else mistakes.Add(new(name, value, "It is not an address or a network. Allowed are such as 192.0.2.7, 10.0.0.0/8 and fd00::/8."));
            }

            return [.. networks.Distinct()];
        }

        private ImmutableArray<string>? NamesOf(string key)
        {
            if (Find(key) is not var (name, values)) return null;
            foreach (var value in values.Where(value => !HostName.IsValid(value)))
            {
                mistakes.Add(new(name, value, "It is not a host name. Allowed are DNS names such as dps.example.org and IP addresses, "
                    + "without scheme, port, path or wildcard."));
            }

            return [.. values.Select(HostName.Normalize).Distinct()];
        }

        private ImmutableArray<IPAddress> AddressesOf(string key)
        {
            if (Find(key) is not var (name, values)) return [];
            var addresses = ImmutableArray.CreateBuilder<IPAddress>();
            foreach (var value in values)
            {
                if (HostName.IsAddress(value, out var address)) addresses.Add(address);
                else mistakes.Add(new(name, value, "It is not an IP address. Allowed are addresses such as 192.0.2.7 and 2001:db8::7, without port."));
            }

            return [.. addresses.Distinct()];
        }

        private void CheckPortsDiffer(MusterOptions options)
        {
            var ports = new (string Key, int Port)[]
            {
                ("HttpsPort", options.HttpsPort ?? MusterOptions.DefaultHttpsPort),
                ("MqttPort", options.MqttPort),
                ("AmqpPort", options.AmqpPort),
                ("PortalPort", options.PortalPort),
                ("CrlPort", options.CrlPort ?? MusterOptions.DefaultCrlPort),
                ("MetricsPort", options.MetricsPort ?? 0),
            };
            for (var i = 0; i < ports.Length; i++)
            {
                for (var j = 0; j < i; j++)
                {
                    if (ports[i].Port == 0 || ports[i].Port != ports[j].Port) continue;

                    // The mistake is the one that the user wrote; two defaults never collide.
                    var (wrong, other) = Find(ports[i].Key) is null ? (ports[j], ports[i]) : (ports[i], ports[j]);
                    var otherSwitch = OptionDefinition.Find(other.Key)!.Switch;
                    mistakes.Add(new(Find(wrong.Key)?.Name ?? wrong.Key, $"{wrong.Port}",
                        $"The same port is that of {otherSwitch}. Allowed are ports that differ from each other."));
                }
            }
        }

        private void CheckCertificatePair(MusterOptions options)
        {
            if (Find("Certificate") is null == Find("CertificateKey") is null) return;
            var (present, missing) = options.CertificateFile is null
                ? ("CertificateKey", "--certificate")
                : ("Certificate", "--certificate-key");
            if (Find(present) is var (name, values))
                mistakes.Add(new(name, string.Join(' ', values), $"It needs {missing} beside it. Allowed are both or neither."));
        }
    }
}
