using Muster.Core.Errors;
using Muster.Core.Instances;
using Muster.Core.Networking;
using Muster.Portal.SignIn;

namespace Muster.Portal.Instances;

/// <summary>What the Networking page does. It stays reachable whatever the rules say, so that an administrator can repair them.</summary>
/// <param name="access">Who works here.</param>
/// <param name="instances">The instances.</param>
/// <param name="service">Core's rules for instances.</param>
/// <param name="rollbacks">Changes that wait to be confirmed.</param>
public sealed class NetworkDesk(PortalAccess access, InstanceDirectory instances, InstanceService service, NetworkRollbacks rollbacks)
{
    /// <summary>The rules of an instance.</summary>
    public NetworkRules Find(string instance) => instances.FindByName(instance)?.Network ?? NetworkRules.Open;

    /// <summary>Whether rules would keep this browser from the enrollments, and why; null when they would not.</summary>
    public NetworkVerdict? WouldBlock(NetworkRules rules) =>
        rules.Judge(access.Address, IpFilterTarget.ServiceApi) is { IsAllowed: false } verdict ? verdict : null;

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
