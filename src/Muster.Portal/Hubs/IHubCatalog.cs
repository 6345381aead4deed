namespace Muster.Portal.Hubs;

/// <summary>The hubs that this server runs itself and that an instance can be linked to.</summary>
public interface IHubCatalog
{
    /// <summary>All of them, by host name.</summary>
    IReadOnlyList<CatalogHub> List();
}
