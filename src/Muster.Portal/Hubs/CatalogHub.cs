namespace Muster.Portal.Hubs;

/// <summary>A hub of this server.</summary>
/// <param name="HostName">Its host name.</param>
/// <param name="Connector">Name of the connector kind that reaches it.</param>
/// <param name="Policies">Its policies that may write the registry and connect as a service; only these can link it.</param>
public sealed record CatalogHub(string HostName, string Connector, IReadOnlyList<CatalogPolicy> Policies);
