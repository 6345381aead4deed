using Muster.Core.Secrets;
using Muster.EmbeddedHub.Hubs;
using Muster.Hubs.Embedded;
using Muster.Portal.Hubs;

namespace Muster.PortalDoor;

/// <summary>The embedded hubs as the portal offers them for linking: with the policies that suffice for it (portal P10).</summary>
/// <param name="directory">The embedded hubs.</param>
public sealed class EmbeddedHubCatalog(EmbeddedHubDirectory directory) : IHubCatalog
{
    private const HubRights Needed = HubRights.RegistryWrite | HubRights.ServiceConnect;

    /// <inheritdoc/>
    public IReadOnlyList<CatalogHub> List() =>
    [
        .. directory.Hubs.OrderBy(hub => hub.HostName, StringComparer.Ordinal).Select(hub => new CatalogHub(
            hub.HostName,
            EmbeddedHubConnectorFactory.KindName,
            [.. hub.Policies.Where(policy => policy.Rights.HasFlag(Needed)).Select(policy => new CatalogPolicy(policy.Name, new Secret(hub.ConnectionString(policy.Name))))])),
    ];
}
