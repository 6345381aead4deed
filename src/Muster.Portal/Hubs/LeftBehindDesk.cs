using Muster.Core.Errors;
using Muster.Core.Hubs;
using Muster.Portal.SignIn;

namespace Muster.Portal.Hubs;

/// <summary>What pages do with identities that moved devices left in their old hubs (behaviour B-10.2).</summary>
/// <param name="access">Who works here.</param>
/// <param name="cleaner">Core's list of them.</param>
public sealed class LeftBehindDesk(PortalAccess access, HubCleaner cleaner)
{
    /// <summary>Those whose deletion failed at least once; none without the right to read.</summary>
    public async Task<IReadOnlyList<HubCleanup>> ListAsync(string instance, CancellationToken cancellationToken) =>
        access.May(PortalRight.Read)
            ? [.. (await cleaner.ListAsync(instance, cancellationToken)).Where(entry => entry.Attempts > 0)]
            : [];

    /// <summary>Tries to delete all of them now.</summary>
    public async Task<Refusal?> RetryAsync(string instance, CancellationToken cancellationToken)
    {
        if (access.Check(PortalRight.InstanceWrite) is { } refused) return refused;
        await cleaner.RetryAsync(instance, cancellationToken);
        return null;
    }

    /// <summary>Leaves one of them in its hub for good.</summary>
    public async Task<Refusal?> ForgetAsync(HubCleanup entry, CancellationToken cancellationToken)
    {
        if (access.Check(PortalRight.InstanceWrite) is { } refused) return refused;
        await cleaner.ForgetAsync(entry.InstanceName, entry.HubHostName, entry.DeviceId, cancellationToken);
        access.Audit("give up what is left in a hub", entry.InstanceName, $"{entry.DeviceId} in {entry.HubHostName}");
        return null;
    }
}
