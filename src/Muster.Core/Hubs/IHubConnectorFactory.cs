namespace Muster.Core.Hubs;

/// <summary>Makes connectors of one kind.</summary>
public interface IHubConnectorFactory
{
    /// <summary>The kind, as stored in <see cref="LinkedHub.Connector"/>.</summary>
    string Kind { get; }

    /// <summary>A connector to <paramref name="hub"/>; cheap, made for each registration.</summary>
    IHubConnector Connect(LinkedHub hub);
}
