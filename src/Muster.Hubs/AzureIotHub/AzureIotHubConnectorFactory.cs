using System.Collections.Concurrent;
using Azure.Core;
using Azure.Identity;
using Muster.Core.Hubs;

namespace Muster.Hubs.AzureIotHub;

/// <summary>
/// Connects to hubs over the IoT Hub REST API (iot-hub 2.3). Each link has one HTTP client, kept until the link changes.
/// </summary>
public sealed class AzureIotHubConnectorFactory : IHubConnectorFactory, IDisposable
{
    private readonly TimeProvider _clock;
    private readonly Func<LinkedHub, TokenCredential> _identities;
    private readonly ConcurrentDictionary<(string Instance, string HostName), HubClient> _clients = new();

    /// <summary>Makes the factory; identity-based links use the identities that the server's environment offers.</summary>
    public AzureIotHubConnectorFactory(TimeProvider clock)
        : this(clock, EnvironmentIdentity)
    {
    }

    /// <summary>Makes the factory with the identities of identity-based links.</summary>
    /// <param name="clock">The clock.</param>
    /// <param name="identities">The credential of an identity-based link.</param>
    public AzureIotHubConnectorFactory(TimeProvider clock, Func<LinkedHub, TokenCredential> identities)
    {
        _clock = clock;
        _identities = identities;
    }

    /// <inheritdoc/>
    public string Kind => LinkedHubService.RestConnector;

    /// <inheritdoc/>
    /// <exception cref="HubCallException">The link's connection string cannot be read.</exception>
    public IHubConnector Connect(LinkedHub hub, HubLane lane)
    {
        var key = (hub.InstanceName.ToLowerInvariant(), hub.HostName.ToLowerInvariant());
        var client = _clients.GetOrAdd(key, _ => Create(hub));
        if (client.LinkETag != hub.ETag)
        {
            // The old client is let go, not disposed: that would break off its calls. Its connections end when they are idle.
            var renewed = Create(hub);
            client = _clients.TryUpdate(key, renewed, client) ? renewed : _clients.GetOrAdd(key, renewed);
        }

        return new AzureIotHubConnector(client, lane);
    }

    /// <summary>Breaks off all calls.</summary>
    public void Dispose()
    {
        foreach (var client in _clients.Values) client.Dispose();
        _clients.Clear();
    }

    private HubClient Create(LinkedHub hub) => new(hub, Authorization(hub), _clock);

    private IHubAuthorization Authorization(LinkedHub hub)
    {
        if (hub.AuthenticationType != HubAuthenticationType.KeyBased) return new EntraAuthorization(_identities(hub), hub.HostName);
        return HubConnectionString.Parse(hub.ConnectionString.Reveal()).Try(out var parsed, out var refusal)
            ? new SasAuthorization(parsed, _clock)
            : throw new HubCallException(401002, $"The link to '{hub.HostName}' cannot be used: {refusal.Message}", isTransient: false);
    }

    private static TokenCredential EnvironmentIdentity(LinkedHub hub) => hub is { IdentityId: { } id }
        ? new ManagedIdentityCredential(id.StartsWith('/')
            ? ManagedIdentityId.FromUserAssignedResourceId(new ResourceIdentifier(id))
            : ManagedIdentityId.FromUserAssignedClientId(id))
        : new DefaultAzureCredential();
}
