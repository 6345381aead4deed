using Muster.Core.Allocation;
using Muster.Core.Audit;
using Muster.Core.Concurrency;
using Muster.Core.Errors;
using Muster.Core.Networking;
using Muster.Core.Quotas;
using Muster.Core.Store;

namespace Muster.Core.Instances;

/// <summary>
/// Makes, changes and deletes instances. Name and ID scope are for ever (portal 6.C): devices, tokens and every key of the store
/// hold on to them. What operators see as renaming is a change of the service hosts.
/// </summary>
/// <param name="instances">The instances.</param>
/// <param name="store">The store.</param>
/// <param name="time">The clock.</param>
/// <param name="listeners">The private addresses of this machine, which a new instance has yet to approve; null is none.</param>
public sealed class InstanceService(
    InstanceDirectory instances, IProvisioningStore store, TimeProvider time, PrivateListeners? listeners = null)
{
    private const int MaxConflicts = 8;

    /// <summary>Everything that stands against a new instance, so that a form can show it at once; empty when nothing does.</summary>
    public IReadOnlyList<Refusal> CheckNew(InstanceDefinition definition)
    {
        var found = new List<Refusal>(InstanceRules.Check(definition));
        if (instances.FindByName(definition.Name) is { } same) found.Add(InstanceRefusals.NameTaken(same.Name));
        if (definition.IdScope is { } scope && instances.FindByIdScope(scope) is not null) found.Add(InstanceRefusals.ScopeTaken(scope));
        if (TakenHost(definition.Name, definition.ServiceHostNames) is { } taken) found.Add(taken);
        if (instances.Instances.Count >= InstanceRules.MaxInstances) found.Add(Refusals.QuotaReached("instances", InstanceRules.MaxInstances));
        return found;
    }

    /// <summary>Creates an instance with an owner policy and evenly weighted distribution (portal P2).</summary>
    /// <returns>The instance; the first refusal of <see cref="CheckNew"/> otherwise.</returns>
    public async Task<Result<ProvisioningInstance>> CreateAsync(
        AuditCaller caller, InstanceDefinition definition, CancellationToken cancellationToken)
    {
        // A fresh ID scope that another instance has by chance is drawn again; a given one that is taken is refused by the check.
        for (var attempt = 0; attempt < MaxConflicts; attempt++)
        {
            if (CheckNew(definition) is [var refusal, ..]) return refusal;
            var now = time.GetUtcNow();
            var created = new ProvisioningInstance
            {
                Name = definition.Name,
                IdScope = definition.IdScope ?? InstanceDirectory.NewIdScope(),
                ServiceHostNames = [.. definition.ServiceHostNames.Select(host => host.ToLowerInvariant())],
                AccessPolicies = [AccessPolicy.CreateOwner(now)],
                Network = Stored(definition.Network),
                PrivateEndpointConnections = listeners?.NewConnections(),
                Location = Text(definition.Location),
                ResourceGroup = Text(definition.ResourceGroup),
                Tags = definition.Tags.Count == 0 ? null : [.. definition.Tags],
                CreatedUtc = now,
                ETag = ETag.Create(now),
            };
            if (await instances.PutAsync(caller, before: null, created, cancellationToken) == CommitOutcome.Committed) return created;
        }

        throw new StoreContentionException($"The instance '{definition.Name}' could not be created.");
    }

    /// <summary>Replaces the service hosts, lower-cased; null when done.</summary>
    public Task<Refusal?> SetServiceHostsAsync(
        AuditCaller caller, string name, IReadOnlyList<string> hosts, CancellationToken cancellationToken)
    {
        if (InstanceRules.CheckHosts(hosts) is [var invalid, ..]) return Task.FromResult<Refusal?>(invalid);
        if (TakenHost(name, hosts) is { } taken) return Task.FromResult<Refusal?>(taken);
        return ChangeAsync(
            caller, name, instance => instance with { ServiceHostNames = [.. hosts.Select(host => host.ToLowerInvariant())] }, cancellationToken);
    }

    /// <summary>Sets the policy of enrollments that name none; custom is refused, since it needs an enrollment's webhook (behaviour B-9).</summary>
    public Task<Refusal?> SetAllocationAsync(
        AuditCaller caller, string name, AllocationPolicyKind policy, CancellationToken cancellationToken) =>
        policy == AllocationPolicyKind.Custom || !Enum.IsDefined(policy)
            ? Task.FromResult<Refusal?>(Refusals.InvalidMember("allocationPolicy", "custom allocation can be set on an enrollment only."))
            : ChangeAsync(caller, name, instance => instance with { DefaultAllocationPolicy = policy }, cancellationToken);

    /// <summary>Sets what the instance may hold and how fast it may be called. It counts from the next call on; what is there stays.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="name">The instance.</param>
    /// <param name="quotas">The quotas.</param>
    /// <param name="ifQuotas">
    /// The quotas that the instance must have; null overwrites whatever is there. An etag would refuse after changes of other settings, too.
    /// </param>
    /// <param name="cancellationToken">Gives up before the commit.</param>
    public Task<Refusal?> SetQuotasAsync(
        AuditCaller caller, string name, InstanceQuotas quotas, InstanceQuotas? ifQuotas, CancellationToken cancellationToken) =>
        ChangeAsync(caller, name, instance => ifQuotas is null || ifQuotas == (instance.Quotas ?? InstanceQuotas.Unlimited)
            ? instance with { Quotas = quotas == InstanceQuotas.Unlimited ? null : quotas }
            : Refusals.ETagMismatch, cancellationToken);

    /// <summary>Replaces the network rules. They are in force for the next request of every door.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="name">The instance.</param>
    /// <param name="rules">The rules; the first that is wrong is refused by name.</param>
    /// <param name="ifETag">The etag that the instance must have; null overwrites whatever is there.</param>
    /// <param name="cancellationToken">Gives up before the commit.</param>
    public Task<Refusal?> SetNetworkAsync(
        AuditCaller caller, string name, NetworkRules rules, string? ifETag, CancellationToken cancellationToken) =>
        rules.Check() is { } refusal
            ? Task.FromResult<Refusal?>(refusal)
            : ChangeAsync(caller, name, instance => ifETag is null || instance.ETag == ifETag
                ? instance with { Network = Stored(rules) }
                : Refusals.ETagMismatch, cancellationToken);

    /// <summary>Switches shared access signatures of back ends off or on again, from the next request on; null when done.</summary>
    public Task<Refusal?> SetLocalAuthAsync(AuditCaller caller, string name, bool isDisabled, CancellationToken cancellationToken) =>
        ChangeAsync(caller, name, instance => instance with { DisableLocalAuth = isDisabled }, cancellationToken);

    /// <summary>Deletes an instance and all it holds; devices keep their hubs and identities (behaviour B-12).</summary>
    /// <returns>Null when deleted; 404000 when there is none; 409000 for the default instance.</returns>
    public async Task<Refusal?> DeleteAsync(AuditCaller caller, string name, CancellationToken cancellationToken)
    {
        if (instances.FindByName(name) is not { } found) return InstanceRefusals.NotFound(name);
        if (found.Name.Equals(InstanceDirectory.DefaultName, StringComparison.OrdinalIgnoreCase)) return InstanceRefusals.DefaultStays;
        var entry = InstanceAudit.Written(caller, found, after: null, time.GetUtcNow());
        await store.CommitAsync([new DeleteInstance(found.Name), new AppendAuditEntry(entry)], cancellationToken);
        await instances.LoadAsync(cancellationToken);
        return null;
    }

    /// <summary>
    /// Keys of access policies for a caller that is going to see them: the disclosure is on record before they leave (behaviour B-17).
    /// </summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="name">The instance.</param>
    /// <param name="choose">The policies of the instance to show, or why there are none.</param>
    /// <param name="cancellationToken">Gives up before the commit.</param>
    public async Task<Result<AccessPolicy[]>> RevealAsync(
        AuditCaller caller, string name, Func<ProvisioningInstance, Result<AccessPolicy[]>> choose, CancellationToken cancellationToken)
    {
        if (instances.FindByName(name) is not { } instance) return InstanceRefusals.NotFound(name);
        var chosen = choose(instance);
        if (!chosen.Try(out var policies, out _)) return chosen;
        var entry = InstanceAudit.Revealed(caller, instance.Name, policies, time.GetUtcNow());
        await store.CommitAsync([new AppendAuditEntry(entry)], cancellationToken);
        return chosen;
    }

    /// <summary>Changes an instance as it is now, again and again until nobody else wrote in between.</summary>
    /// <param name="caller">Who asks, for the audit entry.</param>
    /// <param name="name">The instance.</param>
    /// <param name="change">The new instance, or why it stays as it is. Its etag is set here.</param>
    /// <param name="cancellationToken">Gives up before the commit.</param>
    public async Task<Refusal?> ChangeAsync(
        AuditCaller caller, string name, Func<ProvisioningInstance, Result<ProvisioningInstance>> change, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MaxConflicts; attempt++)
        {
            if (instances.FindByName(name) is not { } read) return InstanceRefusals.NotFound(name);
            if (!change(read).Try(out var changed, out var refusal)) return refusal;
            var written = changed with { ETag = ETag.Create(time.GetUtcNow()) };

            // The directory loads again after a conflict: the change is then made on what is there.
            if (await instances.PutAsync(caller, read, written, cancellationToken) == CommitOutcome.Committed) return null;
        }

        throw new StoreContentionException($"The instance '{name}' kept changing while it was written.");
    }

    private static NetworkRules? Stored(NetworkRules rules) => rules is { Access: PublicNetworkAccess.AllNetworks, Rules.Count: 0 } ? null : rules;

    private static string? Text(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private Refusal? TakenHost(string name, IReadOnlyList<string> hosts)
    {
        foreach (var instance in instances.Instances)
        {
            if (instance.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) continue;
            var taken = hosts.FirstOrDefault(host => instance.ServiceHostNames.Contains(host, StringComparer.OrdinalIgnoreCase));
            if (taken is not null) return InstanceRefusals.HostTaken(taken, instance.Name);
        }

        return null;
    }
}
