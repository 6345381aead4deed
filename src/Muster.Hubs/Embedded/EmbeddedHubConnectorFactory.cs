using Muster.Core.Hubs;
using Muster.EmbeddedHub.Hubs;
using Muster.EmbeddedHub.Identities;
using Muster.EmbeddedHub.Twins;

namespace Muster.Hubs.Embedded;

/// <summary>Connects to the embedded hubs of this process.</summary>
public sealed class EmbeddedHubConnectorFactory : IHubConnectorFactory
{
    /// <summary>The connector kind, as stored with a linked hub.</summary>
    public const string KindName = "embedded";

    private readonly EmbeddedHubDirectory _hubs;
    private readonly DeviceRegistry _registry;
    private readonly TwinService _twins;

    /// <summary>Makes the factory.</summary>
    public EmbeddedHubConnectorFactory(EmbeddedHubDirectory hubs, DeviceRegistry registry, TwinService twins)
    {
        _hubs = hubs;
        _registry = registry;
        _twins = twins;
    }

    /// <inheritdoc/>
    public string Kind => KindName;

    /// <inheritdoc/>
    /// <exception cref="HubCallException">This process runs no embedded hub of that name.</exception>
    public IHubConnector Connect(LinkedHub hub, HubLane lane) => _hubs.Find(hub.HostName) is { } embedded
        ? new EmbeddedHubConnector(embedded, lane, _registry, _twins)
        : throw new HubCallException(401001, $"This server runs no embedded hub named '{hub.HostName}'.", isTransient: false);
}
