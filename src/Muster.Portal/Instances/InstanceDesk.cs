using Muster.Core.Allocation;
using Muster.Core.Concurrency;
using Muster.Core.Errors;
using Muster.Core.Instances;
using Muster.Core.Secrets;
using Muster.Core.Store;
using Muster.Portal.SignIn;

namespace Muster.Portal.Instances;

/// <summary>What pages do with instances: create, policies, the default allocation policy.</summary>
/// <param name="access">Who works here.</param>
/// <param name="instances">The instances.</param>
/// <param name="server">Knows this server's names.</param>
/// <param name="time">The clock.</param>
public sealed class InstanceDesk(PortalAccess access, InstanceDirectory instances, PortalServer server, TimeProvider time)
{
    private const int MaxPolicies = 50;

    /// <summary>All instances, oldest first; none without the right to read.</summary>
    public IReadOnlyList<ProvisioningInstance> List() => access.May(PortalRight.Read) ? instances.Instances : [];

    /// <summary>An instance by name; null when there is none.</summary>
    public ProvisioningInstance? Find(string name) => access.May(PortalRight.Read) ? instances.FindByName(name) : null;

    /// <summary>Whether a name can be given to a new instance: null, or the refusal (portal P2).</summary>
    public Refusal? CheckName(string name)
    {
        if (name.Length is < 3 or > 64) return Refusals.InvalidMember("name", "it must have 3 to 64 characters.");
        if (!name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') || name[0] == '-' || name[^1] == '-')
            return Refusals.InvalidMember("name", "it must have letters, digits and hyphens only, with no hyphen at either end.");
        return instances.FindByName(name) is null ? null : Refusals.InvalidMember("name", "an instance of this name exists already.");
    }

    /// <summary>Creates an instance with a fresh ID scope, owner policy and evenly weighted distribution.</summary>
    public async Task<Result<ProvisioningInstance>> CreateAsync(string name, CancellationToken cancellationToken)
    {
        if (access.Check(PortalRight.InstanceWrite) is { } refused) return refused;
        if (CheckName(name) is { } invalid) return invalid;
        var now = time.GetUtcNow();
        var host = $"{name}.{server.PublicName}".ToLowerInvariant();
        var created = new ProvisioningInstance
        {
            Name = name,
            IdScope = InstanceDirectory.NewIdScope(),
            ServiceHostNames = [host],
            AccessPolicies = [AccessPolicy.CreateOwner()],
            CreatedUtc = now,
            ETag = ETag.Create(now),
        };
        if (await instances.PutAsync(created, ifETag: null, cancellationToken) != CommitOutcome.Committed)
            return Refusals.InvalidMember("name", "an instance of this name exists already.");
        server.AddHostName(host);
        access.Audit("create instance", name, name);
        return created;
    }

    /// <summary>The host of the service API of an instance.</summary>
    public string ServiceHostOf(ProvisioningInstance instance) => server.ServiceHostOf(instance.ServiceHostNames);

    /// <summary>Sets the default allocation policy.</summary>
    public Task<Refusal?> SetAllocationAsync(string name, AllocationPolicyKind policy, CancellationToken cancellationToken) =>
        policy == AllocationPolicyKind.Custom
            ? Task.FromResult<Refusal?>(Refusals.InvalidMember("allocationPolicy", "custom allocation is set on an enrollment."))
            : ChangeAsync(name, "set allocation policy", policy.ToString(), instance => instance with { DefaultAllocationPolicy = policy }, cancellationToken);

    /// <summary>Adds a shared access policy with fresh keys.</summary>
    public Task<Refusal?> AddPolicyAsync(string name, string policyName, AccessRights rights, CancellationToken cancellationToken)
    {
        if (policyName.Length is < 1 or > 64 || !policyName.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal)))
        {
            return Task.FromResult<Refusal?>(
                Refusals.InvalidMember("keyName", "it must have 1 to 64 letters, digits and - . _ and similar marks, without blanks."));
        }

        if (rights == AccessRights.None) return Task.FromResult<Refusal?>(Refusals.InvalidMember("rights", "at least one permission is needed."));
        var instance = instances.FindByName(name);
        if (instance is not null && Policy(instance, policyName) is not null)
            return Task.FromResult<Refusal?>(Refusals.InvalidMember("keyName", "a policy of this name exists already."));
        if (instance?.AccessPolicies.Count >= MaxPolicies) return Task.FromResult<Refusal?>(Refusals.QuotaReached("access policies", MaxPolicies));
        var policy = new AccessPolicy(policyName, SymmetricKeyPair.Generate(), rights);
        return ChangeAsync(name, "add access policy", policyName, one => one with { AccessPolicies = [.. one.AccessPolicies, policy] }, cancellationToken);
    }

    /// <summary>Changes a policy's rights.</summary>
    public Task<Refusal?> SetRightsAsync(string name, string policyName, AccessRights rights, CancellationToken cancellationToken) =>
        rights == AccessRights.None
            ? Task.FromResult<Refusal?>(Refusals.InvalidMember("rights", "at least one permission is needed."))
            : ChangePolicyAsync(name, policyName, "set policy rights", policy => policy with { Rights = rights }, cancellationToken);

    /// <summary>Makes a new key for a policy; the old one is worthless at once.</summary>
    public Task<Refusal?> RegenerateAsync(string name, string policyName, bool isPrimary, CancellationToken cancellationToken) => ChangePolicyAsync(
        name, policyName, isPrimary ? "regenerate primary policy key" : "regenerate secondary policy key",
        policy => policy with
        {
            Keys = isPrimary
                ? policy.Keys with { Primary = SymmetricKeyPair.GenerateKey() }
                : policy.Keys with { Secondary = SymmetricKeyPair.GenerateKey() },
        },
        cancellationToken);

    /// <summary>Exchanges a policy's keys.</summary>
    public Task<Refusal?> SwapAsync(string name, string policyName, CancellationToken cancellationToken) => ChangePolicyAsync(
        name, policyName, "swap policy keys", policy => policy with { Keys = new SymmetricKeyPair(policy.Keys.Secondary, policy.Keys.Primary) }, cancellationToken);

    /// <summary>Removes a policy.</summary>
    public Task<Refusal?> RemovePolicyAsync(string name, string policyName, CancellationToken cancellationToken) => ChangeAsync(
        name, "delete access policy", policyName,
        instance => instance with { AccessPolicies = [.. instance.AccessPolicies.Where(policy => !Same(policy.Name, policyName))] }, cancellationToken);

    /// <summary>A key or a connection string of a policy. Noted in the audit log.</summary>
    public Task<Result<Secret>> RevealAsync(string name, string policyName, bool isPrimary, bool asConnectionString)
    {
        if (access.Check(PortalRight.ListKeys) is { } refused) return Task.FromResult<Result<Secret>>(refused);
        if (instances.FindByName(name) is not { } instance || Policy(instance, policyName) is not { } policy)
            return Task.FromResult<Result<Secret>>(Refusals.InvalidArgument("The policy does not exist any more."));
        access.Audit(asConnectionString ? "reveal policy connection string" : "reveal policy key", name, policyName);
        var key = isPrimary ? policy.Keys.Primary : policy.Keys.Secondary;
        var shown = policy with { Keys = new SymmetricKeyPair(key, key) };
        return Task.FromResult<Result<Secret>>(asConnectionString ? new Secret(shown.ConnectionString(ServiceHostOf(instance))) : key);
    }

    private static bool Same(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);

    private static AccessPolicy? Policy(ProvisioningInstance instance, string name) =>
        instance.AccessPolicies.FirstOrDefault(policy => Same(policy.Name, name));

    private Task<Refusal?> ChangePolicyAsync(
        string name, string policyName, string operation, Func<AccessPolicy, AccessPolicy> change, CancellationToken cancellationToken) =>
        ChangeAsync(
            name, operation, policyName,
            instance => instance with { AccessPolicies = [.. instance.AccessPolicies.Select(policy => Same(policy.Name, policyName) ? change(policy) : policy)] },
            cancellationToken);

    private async Task<Refusal?> ChangeAsync(
        string name, string operation, string what, Func<ProvisioningInstance, ProvisioningInstance> change, CancellationToken cancellationToken)
    {
        if (access.Check(PortalRight.InstanceWrite) is { } refused) return refused;
        while (true)
        {
            if (instances.FindByName(name) is not { } read) return Refusals.UnknownIdScope;
            var written = change(read) with { ETag = ETag.Create(time.GetUtcNow()) };

            // The directory loads again after a conflict: the change is made on what is there now.
            if (await instances.PutAsync(written, read.ETag, cancellationToken) != CommitOutcome.Committed) continue;
            access.Audit(operation, name, what);
            return null;
        }
    }
}
