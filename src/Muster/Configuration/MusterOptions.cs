using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using Muster.Api.Directories;
using Muster.Core.Allocation;
using Muster.Core.Attestation.Tpm;
using Muster.Core.Certificates.Verification;
using Muster.Core.Hubs;
using Muster.Core.Networking;
using Muster.Core.Quotas;
using Muster.DeviceApi.Mqtt;
using Muster.Portal.SignIn;

namespace Muster.Configuration;

/// <summary>
/// Everything a user can set about a server. <see cref="MusterOptionsReader"/> makes it from files, environment and command
/// line; an instance it returns is sound.
/// </summary>
public sealed record MusterOptions
{
    /// <summary>The port of HTTPS unless one is chosen.</summary>
    public const int DefaultHttpsPort = 443;

    /// <summary>Where HTTPS goes when none is chosen and <see cref="DefaultHttpsPort"/> may not be opened.</summary>
    public const int FallbackHttpsPort = 8443;

    /// <summary>The port of the revocation list unless one is chosen.</summary>
    public const int DefaultCrlPort = 80;

    /// <summary>Where the revocation list goes when none is chosen and <see cref="DefaultCrlPort"/> may not be opened.</summary>
    public const int FallbackCrlPort = 8081;

    /// <summary>The folder that holds all state, as an absolute path.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Host names and IP addresses in the server certificate; at least one, the first is the public name.</summary>
    public ImmutableArray<string> Hosts { get; init; } = ["localhost"];

    /// <summary>Host names of the embedded hubs as chosen; empty means one hub under the public name. See <see cref="HubNames"/>.</summary>
    public ImmutableArray<string> Hubs { get; init; } = [];

    /// <summary>Addresses of this machine to listen on, for all doors but the portal's; empty means every one.</summary>
    public ImmutableArray<IPAddress> Listen { get; init; } = [];

    /// <summary>Addresses of this machine that are private: what arrives there is judged by its approval alone (behaviour B-14.7).</summary>
    public ImmutableArray<PrivateListener> PrivateEndpoints { get; init; } = [];

    /// <summary>What the doors but the portal's listen on: <see cref="Listen"/> and the private addresses; empty means every address.</summary>
    public ImmutableArray<IPAddress> ListenAddresses =>
        Listen.IsEmpty ? [] : [.. Listen.Concat(PrivateEndpoints.Select(endpoint => endpoint.Address)).Distinct()];

    /// <summary>TCP port of HTTPS; 0 is any free port; null is 443, or 8443 where 443 may not be opened.</summary>
    public int? HttpsPort { get; init; }

    /// <summary>TCP port of MQTT over TLS; 0 is any free port.</summary>
    public int MqttPort { get; init; } = 8883;

    /// <summary>TCP port of AMQP over TLS; 0 is any free port.</summary>
    public int AmqpPort { get; init; } = 5671;

    /// <summary>TCP port of the portal; 0 is any free port.</summary>
    public int PortalPort { get; init; } = 8080;

    /// <summary>Address that the portal listens on; null or a loopback address is this machine only. See <see cref="IsPortalExposed"/>.</summary>
    public IPAddress? PortalAddress { get; init; }

    /// <summary>Where browsers find the portal behind a reverse proxy: http or https, its path is the prefix; null is where it listens.</summary>
    public Uri? PortalUrl { get; init; }

    /// <summary>Addresses and networks of the reverse proxies whose <c>X-Forwarded</c> headers are taken (behaviour B-14.8).</summary>
    public ImmutableArray<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>TCP port of metrics on the loopback addresses; 0 is any free port; null opens none.</summary>
    public int? MetricsPort { get; init; }

    /// <summary>TCP port of the revocation list; 0 is any free port; null is 80, or 8081 where 80 may not be opened.</summary>
    public int? CrlPort { get; init; }

    /// <summary>PEM file of the user's own server certificate, leaf first; null for Muster's own. Absolute path.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>PEM file of the private key of <see cref="CertificateFile"/>; set exactly when that is set. Absolute path.</summary>
    public string? CertificateKeyFile { get; init; }

    /// <summary>The file of the key that encrypts secrets; null for <c>secrets.key</c> in the data folder. Absolute path.</summary>
    public string? SecretsKeyFile { get; init; }

    /// <summary>IoT hubs that are linked at start; a link that exists already is made to be as told here.</summary>
    public ImmutableArray<LinkedHubDefinition> LinkedHubs { get; init; } = [];

    /// <summary>Limits of allocation webhooks.</summary>
    public WebhookOptions Webhooks { get; init; } = new();

    /// <summary>How device certificates are judged.</summary>
    public X509Options X509 { get; init; } = new();

    /// <summary>How TPMs are judged.</summary>
    public TpmOptions Tpm { get; init; } = new();

    /// <summary>Limits of the MQTT door, over TCP and WebSockets together.</summary>
    public MqttDoorOptions Mqtt { get; init; } = new();

    /// <summary>Latencies by source network, for lowest latency.</summary>
    public ImmutableArray<LatencyRow> Latencies { get; init; } = [];

    /// <summary>What instances may hold and how fast they may be called, by name without case; those that are missing stay as they are.</summary>
    public FrozenDictionary<string, InstanceQuotas> Quotas { get; init; } = FrozenDictionary<string, InstanceQuotas>.Empty;

    /// <summary>The directory whose tokens service API and management API take; null for none.</summary>
    public DirectoryOptions? Directory { get; init; }

    /// <summary>The directory whose people sign in to the portal; null for local accounts only.</summary>
    public OpenIdOptions? PortalSignIn { get; init; }

    /// <summary>Configuration files that were read, weakest first; their section <c>Logging</c> sets log levels.</summary>
    public ImmutableArray<string> ConfigurationFiles { get; init; } = [];

    /// <summary>The name that clients connect to and that links name.</summary>
    public string PublicName => Hosts[0];

    /// <summary>Whether other machines may reach the portal, which then speaks HTTPS only (portal 11).</summary>
    public bool IsPortalExposed => PortalAddress is not null && !IPAddress.IsLoopback(PortalAddress);

    /// <summary>Host names of the embedded hubs; never empty.</summary>
    public ImmutableArray<string> HubNames => Hubs.IsEmpty ? [PublicName] : Hubs;
}
