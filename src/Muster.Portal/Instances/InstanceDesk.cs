using Muster.Core.Allocation;
using Muster.Core.Errors;
using Muster.Core.Instances;
using Muster.Core.Secrets;
using Muster.Portal.SignIn;

namespace Muster.Portal.Instances;

/// <summary>What pages do with instances: create, delete, policies, the default allocation policy.</summary>
/// <param name="access">Who works here.</param>
/// <param name="instances">The instances.</param>
/// <param name="service">Core's rules for instances.</param>
/// <param name="policies">Core's rules for access policies.</param>
/// <param name="uses">Knows when keys of policies were used.</param>
/// <param name="server">Knows this server's names.</param>
/// <param name="time">The clock.</param>
public sealed class InstanceDesk(
    PortalAccess access,
    InstanceDirectory instances,
    InstanceService service,
    AccessPolicyService policies,
    PolicyKeyUses uses,
    PortalServer server,
    TimeProvider time)
{
    private const int MaxHostLabel = 63;

    /// <summary>All instances, oldest first; none without the right to read.</summary>
    public IReadOnlyList<ProvisioningInstance> List() => access.May(PortalRight.Read) ? instances.Instances : [];

    /// <summary>An instance by name; null when there is none.</summary>
    public ProvisioningInstance? Find(string name) => access.May(PortalRight.Read) ? instances.FindByName(name) : null;

    /// <summary>Everything that stands against a new instance.</summary>
    public IReadOnlyList<Refusal> CheckNew(InstanceDefinition definition) =>
        access.Check(PortalRight.InstanceWrite) is { } refused ? [refused] : service.CheckNew(definition);

    /// <summary>The service host that a new instance gets where its operator names none.</summary>
    public string HostFor(string name)
    {
        var label = (name.Length > MaxHostLabel ? name[..MaxHostLabel] : name).ToLowerInvariant();

        // An address has no names below it: the bare name then has to be made known to clients.
        return System.Net.IPAddress.TryParse(server.PublicName, out _) ? label : $"{label}.{server.PublicName}".ToLowerInvariant();
    }

    /// <summary>Creates an instance and puts its service hosts into the server certificate.</summary>
    public async Task<Result<ProvisioningInstance>> CreateAsync(InstanceDefinition definition, CancellationToken cancellationToken)
    {
        if (access.Check(PortalRight.InstanceWrite) is { } refused) return refused;
        var result = await service.CreateAsync(access.Caller, definition, cancellationToken);
        if (!result.Try(out var created, out _)) return result;
        foreach (var host in created.ServiceHostNames) server.AddHostName(host);
        access.Audit("create instance", created.Name, created.Name);
        return created;
    }

    /// <summary>Deletes an instance and all it holds.</summary>
    public Task<Refusal?> DeleteAsync(string name, CancellationToken cancellationToken) =>
        WriteAsync(name, "delete instance", name, () => service.DeleteAsync(access.Caller, name, cancellationToken));

    /// <summary>The host of the service API of an instance.</summary>
    public string ServiceHostOf(ProvisioningInstance instance) => server.ServiceHostOf(instance.ServiceHostNames);

    /// <summary>Sets the default allocation policy.</summary>
    public Task<Refusal?> SetAllocationAsync(string name, AllocationPolicyKind policy, CancellationToken cancellationToken) =>
        WriteAsync(name, "set allocation policy", policy.ToString(), () => service.SetAllocationAsync(access.Caller, name, policy, cancellationToken));

    /// <summary>Adds a shared access policy with fresh keys.</summary>
    public Task<Refusal?> AddPolicyAsync(string name, string policyName, AccessRights rights, CancellationToken cancellationToken) =>
        WriteAsync(name, "add access policy", policyName, () => policies.CreateAsync(access.Caller, name, policyName, rights, cancellationToken));

    /// <summary>Changes a policy's rights.</summary>
    public Task<Refusal?> SetRightsAsync(string name, string policyName, AccessRights rights, CancellationToken cancellationToken) =>
        WriteAsync(name, "set policy rights", policyName, () => policies.SetRightsAsync(access.Caller, name, policyName, rights, cancellationToken));

    /// <summary>Makes a new key for a policy; the old one is worthless at once.</summary>
    public Task<Refusal?> RegenerateAsync(string name, string policyName, bool isPrimary, CancellationToken cancellationToken) => WriteAsync(
        name, isPrimary ? "regenerate primary policy key" : "regenerate secondary policy key", policyName,
        () => policies.RegenerateAsync(access.Caller, name, policyName, isPrimary, cancellationToken));

    /// <summary>Exchanges a policy's keys.</summary>
    public Task<Refusal?> SwapAsync(string name, string policyName, CancellationToken cancellationToken) =>
        WriteAsync(name, "swap policy keys", policyName, () => policies.SwapAsync(access.Caller, name, policyName, cancellationToken));

    /// <summary>Removes a policy.</summary>
    public Task<Refusal?> RemovePolicyAsync(string name, string policyName, CancellationToken cancellationToken) =>
        WriteAsync(name, "delete access policy", policyName, () => policies.DeleteAsync(access.Caller, name, policyName, cancellationToken));

    /// <summary>When and from where a key of a policy was used last; null when it never was.</summary>
    public PolicyKeyUse? LastUse(string name, AccessPolicy policy, bool isPrimary) =>
        access.May(PortalRight.Read) ? uses.Find(name, policy, isPrimary) : null;

    /// <summary>A key or a connection string of a policy. Noted in the audit log.</summary>
    public async Task<Result<Secret>> RevealAsync(string name, string policyName, bool isPrimary, bool asConnectionString)
    {
        if (access.Check(PortalRight.ListKeys) is { } refused) return refused;
        if (instances.FindByName(name) is not { } instance) return InstanceRefusals.NotFound(name);
        if (!(await policies.RevealAsync(access.Caller, name, policyName, CancellationToken.None)).Try(out var policy, out var missing)) return missing;
        access.Audit(asConnectionString ? "reveal policy connection string" : "reveal policy key", name, policyName);
        var key = isPrimary ? policy.Keys.Primary : policy.Keys.Secondary;
        var shown = policy with { Keys = new SymmetricKeyPair(key, key) };
        return asConnectionString ? new Secret(shown.ConnectionString(ServiceHostOf(instance))) : key;
    }

    /// <summary>A token of a policy for the service API, valid from now for a while (portal P12). Noted in the audit log like a key.</summary>
    public Result<Secret> SignToken(string name, string policyName, bool isPrimary, TimeSpan lifetime)
    {
        if (access.Check(PortalRight.ListKeys) is { } refused) return refused;
        if (instances.FindByName(name) is not { } instance) return InstanceRefusals.NotFound(name);
        var policy = instance.AccessPolicies.FirstOrDefault(one => one.Name.Equals(policyName, StringComparison.OrdinalIgnoreCase));
        if (policy is null) return InstanceRefusals.PolicyNotFound(policyName);
        access.Audit("sign token", name, policyName);
        return server.SignToken(
            ServiceHostOf(instance), policy.Name, isPrimary ? policy.Keys.Primary : policy.Keys.Secondary, time.GetUtcNow() + lifetime);
    }

    private async Task<Refusal?> WriteAsync(string name, string operation, string what, Func<Task<Refusal?>> write)
    {
        if (access.Check(PortalRight.InstanceWrite) is { } refused) return refused;
        var refusal = await write();
        if (refusal is null) access.Audit(operation, name, what);
        return refusal;
    }
}
