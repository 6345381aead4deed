using System.Collections.Frozen;

namespace Muster.Core.Hubs;

/// <summary>All connector kinds of this process.</summary>
public sealed class HubConnectors
{
    private readonly FrozenDictionary<string, IHubConnectorFactory> _factories;

    /// <summary>Collects the kinds.</summary>
    public HubConnectors(IEnumerable<IHubConnectorFactory> factories, HubLanes lanes)
    {
        _factories = factories.ToFrozenDictionary(factory => factory.Kind, StringComparer.OrdinalIgnoreCase);
        Lanes = lanes;
    }

    /// <summary>The connector kinds that links may name.</summary>
    public IReadOnlyCollection<string> Kinds => _factories.Keys;

    /// <summary>The lanes that the connectors keep to.</summary>
    public HubLanes Lanes { get; }

    /// <summary>A connector to <paramref name="hub"/>.</summary>
    /// <exception cref="HubCallException">The hub's connector kind is unknown to this server.</exception>
    public IHubConnector Connect(LinkedHub hub) => _factories.TryGetValue(hub.Connector, out var factory)
        ? factory.Connect(hub, Lanes.Of(hub))
        : throw new HubCallException(500001, $"No connector of kind '{hub.Connector}' reaches the hub '{hub.HostName}'.", isTransient: false);
}
