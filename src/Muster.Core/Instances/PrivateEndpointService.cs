using Muster.Core.Audit;
using Muster.Core.Errors;
using Muster.Core.Networking;

namespace Muster.Core.Instances;

/// <summary>What instances decide about the private listeners of the configuration (behaviour B-14.7, management-api A-8, portal P13).</summary>
/// <param name="directory">The instances.</param>
/// <param name="instances">Writes them.</param>
/// <param name="listeners">The private addresses of this machine.</param>
public sealed class PrivateEndpointService(InstanceDirectory directory, InstanceService instances, PrivateListeners listeners)
{
    /// <summary>Brings every instance in line with the configuration; at each start.</summary>
    public async Task ReconcileAsync(CancellationToken cancellationToken)
    {
        foreach (var instance in directory.Instances)
        {
            if (Reconciled(instance) == instance) continue;
            await instances.ChangeAsync(AuditCaller.Process, instance.Name, one => Reconciled(one), cancellationToken);
        }
    }

    /// <summary>The connections of an instance, in the order of the configuration.</summary>
    public IReadOnlyList<PrivateEndpointConnection> List(string instanceName) =>
        directory.FindByName(instanceName)?.PrivateEndpointConnections ?? [];

    /// <summary>Approves or rejects a connection, or changes its description. It counts from the next request on.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="instanceName">The instance.</param>
    /// <param name="name">The connection, without case.</param>
    /// <param name="status">Approved or rejected, or what it is already.</param>
    /// <param name="description">A message that is kept beside it; may be empty.</param>
    /// <param name="cancellationToken">Gives up before the commit.</param>
    /// <returns>Null when done; 404000, 400004 for status or description, 409000 for one whose listener is gone.</returns>
    public Task<Refusal?> DecideAsync(
        AuditCaller caller, string instanceName, string name, PrivateEndpointStatus status, string description, CancellationToken cancellationToken)
    {
        if (description.Length > PrivateEndpointConnection.MaxDescription || description.Any(char.IsControl))
        {
            return Task.FromResult<Refusal?>(Refusals.InvalidMember(
                "description", $"it may have at most {PrivateEndpointConnection.MaxDescription} characters, no line breaks among them."));
        }

        return instances.ChangeAsync(caller, instanceName, instance =>
        {
            if (Find(instance, name) is not { } before) return InstanceRefusals.PrivateEndpointNotFound(name);
            if (status != before.Status)
            {
                if (before.Status == PrivateEndpointStatus.Disconnected) return InstanceRefusals.PrivateEndpointGone(before.Name);
                if (status is not (PrivateEndpointStatus.Approved or PrivateEndpointStatus.Rejected))
                    return Refusals.InvalidMember("status", "it can be set to Approved and Rejected only.");
            }

            return With(instance, before, before with { Status = status, Description = description });
        }, cancellationToken);
    }

    /// <summary>
    /// Removes a connection, which then admits nobody. It waits to be approved again after the next start as long as the configuration has
    /// its listener.
    /// </summary>
    /// <returns>Null when done; 404000.</returns>
    public Task<Refusal?> RemoveAsync(AuditCaller caller, string instanceName, string name, CancellationToken cancellationToken) =>
        instances.ChangeAsync(caller, instanceName, instance => Find(instance, name) is { } before
            ? With(instance, before, after: null)
            : InstanceRefusals.PrivateEndpointNotFound(name), cancellationToken);

    private ProvisioningInstance Reconciled(ProvisioningInstance instance)
    {
        var after = listeners.Reconcile(instance.PrivateEndpointConnections);
        return (after ?? []).SequenceEqual(instance.PrivateEndpointConnections ?? []) ? instance : instance with { PrivateEndpointConnections = after };
    }

    private static PrivateEndpointConnection? Find(ProvisioningInstance instance, string name) =>
        instance.PrivateEndpointConnections?.FirstOrDefault(one => one.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static ProvisioningInstance With(ProvisioningInstance instance, PrivateEndpointConnection before, PrivateEndpointConnection? after)
    {
        PrivateEndpointConnection[] all =
            [.. instance.PrivateEndpointConnections!.Select(one => one == before ? after : one).OfType<PrivateEndpointConnection>()];
        return instance with { PrivateEndpointConnections = all.Length == 0 ? null : all };
    }
}
