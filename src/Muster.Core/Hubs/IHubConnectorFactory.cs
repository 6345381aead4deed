namespace Muster.Core.Hubs;

/// <summary>Makes connectors of one kind.</summary>
public interface IHubConnectorFactory
{
    /// <summary>The kind, as stored in <see cref="LinkedHub.Connector"/>.</summary>
    string Kind { get; }

    /// <summary>A connector to <paramref name="hub"/>; cheap, made for each registration.</summary>
    /// <param name="hub">The link.</param>
    /// <param name="lane">The connector waits for <see cref="HubLane.PaceAsync"/> before everything that the hub counts as an operation.</param>
    IHubConnector Connect(LinkedHub hub, HubLane lane);
}
