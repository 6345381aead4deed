using Muster.Core.Concurrency;
using Muster.Core.Instances;
using Muster.Core.Secrets;
using Muster.Core.Store;

namespace Muster.Core.Hubs;

/// <summary>The linked hubs of instances.</summary>
public sealed class LinkedHubService
{
    private readonly IProvisioningStore _store;
    private readonly TimeProvider _clock;

    /// <summary>Makes the service.</summary>
    public LinkedHubService(IProvisioningStore store, TimeProvider clock)
    {
        _store = store;
        _clock = clock;
    }

    /// <summary>Links a hub that is not linked yet; one that is stays as the operator left it.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="hostName">The hub's host name.</param>
    /// <param name="connector">Connector kind.</param>
    /// <param name="connectionString">The hub's connection string.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task EnsureLinkedAsync(
        ProvisioningInstance instance, string hostName, string connector, Secret connectionString, CancellationToken cancellationToken)
    {
        var hub = new LinkedHub
        {
            InstanceName = instance.Name,
            HostName = hostName,
            Connector = connector,
            ConnectionString = connectionString,
            ETag = ETag.Create(_clock.GetUtcNow()),
        };

        // A conflict says that the link exists already, which is what was asked for.
        await _store.CommitAsync([new PutLinkedHub(hub, IfETag: null)], cancellationToken);
    }
}
