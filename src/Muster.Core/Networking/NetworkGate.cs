using Muster.Core.Instances;

namespace Muster.Core.Networking;

/// <summary>
/// Who may reach an instance: private listeners first, since what arrives there is judged by its approval alone; then public network
/// access and the IP rules (behaviour B-14).
/// </summary>
/// <param name="listeners">The private addresses of this machine.</param>
public sealed class NetworkGate(PrivateListeners listeners)
{
    /// <summary>Judges a connection.</summary>
    /// <param name="instance">The instance that it wants to reach.</param>
    /// <param name="source">Where it comes from.</param>
    /// <param name="door">The door; not <see cref="IpFilterTarget.All"/>.</param>
    /// <returns>The verdict; null where nothing restricts the instance.</returns>
    public NetworkVerdict? Judge(ProvisioningInstance instance, NetworkSource source, IpFilterTarget door) =>
        listeners.Find(source.Local) is { } listener ? JudgePrivate(instance, listener) : instance.Network?.Judge(source.Remote, door);

    private static NetworkVerdict JudgePrivate(ProvisioningInstance instance, PrivateListener listener)
    {
        var connection = instance.PrivateEndpointConnections?.FirstOrDefault(
            one => one.Name.Equals(listener.Name, StringComparison.OrdinalIgnoreCase));
        var isApproved = connection?.Status == PrivateEndpointStatus.Approved && connection.Address == listener.Address.ToString();
        var state = connection is null ? "was removed" : isApproved ? "is approved" : $"is {WordOf(connection.Status)}";
        return new NetworkVerdict(isApproved, Rule: null, $"It arrived over the private endpoint '{listener.Name}', which {state}.");
    }

    // One that was approved at another address is as good as pending.
    private static string WordOf(PrivateEndpointStatus status) => status switch
    {
        PrivateEndpointStatus.Rejected => "rejected",
        PrivateEndpointStatus.Disconnected => "disconnected",
        _ => "not approved yet",
    };
}
