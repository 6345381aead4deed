using Muster.Core.Errors;
using Muster.Core.Instances;
using Muster.Core.Networking;
using Muster.Portal.SignIn;

namespace Muster.Portal.Instances;

/// <summary>What the Networking page does. It stays reachable whatever the rules say, so that an administrator can repair them.</summary>
/// <param name="access">Who works here.</param>
/// <param name="instances">The instances.</param>
/// <param name="service">Core's rules for instances.</param>
/// <param name="endpoints">Core's rules for private endpoints.</param>
/// <param name="network">Who may reach an instance.</param>
/// <param name="rollbacks">Changes that wait to be confirmed.</param>
public sealed class NetworkDesk(
    PortalAccess access,
    InstanceDirectory instances,
    InstanceService service,
    PrivateEndpointService endpoints,
    NetworkGate network,
    NetworkRollbacks rollbacks)
{
    /// <summary>The rules of an instance.</summary>
    public NetworkRules Find(string instance) => instances.FindByName(instance)?.Network ?? NetworkRules.Open;

    /// <summary>Whether rules would keep this browser from the enrollments, and why; null when they would not.</summary>
    public NetworkVerdict? WouldBlock(string instance, NetworkRules rules) => instances.FindByName(instance) is { } found
        && network.Judge(found with { Network = rules }, access.Source, IpFilterTarget.ServiceApi) is { IsAllowed: false } verdict ? verdict : null;

    /// <summary>The private endpoint connections of an instance; none without the right to read.</summary>
    public IReadOnlyList<PrivateEndpointConnection> PrivateEndpoints(string instance) =>
        access.May(PortalRight.Read) ? endpoints.List(instance) : [];

    /// <summary>Approves or rejects a private endpoint connection.</summary>
    public async Task<Refusal?> DecidePrivateEndpointAsync(
        string instance, string name, PrivateEndpointStatus status, string message, CancellationToken cancellationToken)
    {
        if (access.Check(PortalRight.InstanceWrite) is { } refused) return refused;
        if (await endpoints.DecideAsync(access.Caller, instance, name, status, message, cancellationToken) is { } failed) return failed;
        access.Audit(status == PrivateEndpointStatus.Approved ? "approve private endpoint" : "reject private endpoint", instance, name);
        return null;
    }

    /// <summary>Removes a private endpoint connection.</summary>
    public async Task<Refusal?> RemovePrivateEndpointAsync(string instance, string name, CancellationToken cancellationToken)
    {
        if (access.Check(PortalRight.InstanceWrite) is { } refused) return refused;
        if (await endpoints.RemoveAsync(access.Caller, instance, name, cancellationToken) is { } failed) return failed;
        access.Audit("remove private endpoint", instance, name);
        return null;
    }

    /// <summary>When the last change goes back by itself; null when none waits.</summary>
    public DateTimeOffset? RollbackAt(string instance) => rollbacks.DueAt(instance);

    /// <summary>Puts rules in force.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="rules">The rules.</param>
    /// <param name="withRollback">Whether they go back by themselves unless <see cref="Confirm"/> is called in time.</param>
    /// <param name="cancellationToken">Gives up before the commit.</param>
    public async Task<Refusal?> SaveAsync(string instance, NetworkRules rules, bool withRollback, CancellationToken cancellationToken)
    {
        if (access.Check(PortalRight.InstanceWrite) is { } refused) return refused;
        if (instances.FindByName(instance) is not { } found) return Refusals.UnknownIdScope;
        var before = found.Network ?? NetworkRules.Open;
        if (await service.SetNetworkAsync(access.Caller, instance, rules, ifETag: null, cancellationToken) is { } failed) return failed;
        access.Audit("set networking", instance, rules.Access.ToString());
        if (withRollback) rollbacks.Arm(instance, before);
        else rollbacks.Confirm(instance);
        return null;
    }

    /// <summary>Whether shared access signatures of back ends are switched off.</summary>
    public bool IsLocalAuthOff(string instance) => instances.FindByName(instance)?.DisableLocalAuth == true;

    /// <summary>Switches shared access signatures of back ends off or on (portal P13, Local accounts).</summary>
    public async Task<Refusal?> SetLocalAuthAsync(string instance, bool isOff, CancellationToken cancellationToken)
    {
        if (access.Check(PortalRight.InstanceWrite) is { } refused) return refused;
        if (await service.SetLocalAuthAsync(access.Caller, instance, isOff, cancellationToken) is { } failed) return failed;
        access.Audit(isOff ? "switch local accounts off" : "switch local accounts on", instance, instance);
        return null;
    }

    /// <summary>Keeps the last change.</summary>
    public Refusal? Confirm(string instance)
    {
        if (access.Check(PortalRight.InstanceWrite) is { } refused) return refused;
        rollbacks.Confirm(instance);
        return null;
    }

    /// <summary>Takes the last change back now.</summary>
    public async Task<Refusal?> RollBackAsync(string instance) =>
        access.Check(PortalRight.InstanceWrite) is { } refused ? refused : await rollbacks.RunAsync(access.Caller, instance);
}
