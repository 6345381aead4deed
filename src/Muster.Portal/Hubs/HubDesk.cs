using Muster.Core.Hubs;
using Muster.Core.Store;
using Muster.Portal.SignIn;

namespace Muster.Portal.Hubs;

/// <summary>What pages do with linked hubs.</summary>
/// <param name="access">Who works here.</param>
/// <param name="store">Core's store port, for reads.</param>
public sealed class HubDesk(PortalAccess access, IProvisioningStore store)
{
    /// <summary>The hubs linked to an instance, by host name; none without the right to read.</summary>
    public async Task<IReadOnlyList<LinkedHub>> ListAsync(string instance, CancellationToken cancellationToken) =>
        access.Check(PortalRight.Read) is null ? await store.ListLinkedHubsAsync(instance, cancellationToken) : [];
}
