using Muster.Core.Audit;
using Muster.Core.Errors;
using Muster.Core.Secrets;

namespace Muster.Core.Instances;

/// <summary>
/// The shared access policies of an instance (management-api A-6, portal P12). A changed key or right counts from the next request
/// on. One policy with ServiceConfig and EnrollmentWrite always stays, because management clients look for it.
/// </summary>
/// <param name="instances">Writes instances.</param>
/// <param name="time">The clock.</param>
public sealed class AccessPolicyService(InstanceService instances, TimeProvider time)
{
    /// <summary>Most policies of an instance.</summary>
    public const int MaxPolicies = 50;

    private const int MaxNameLength = 64;
    private const AccessRights Management = AccessRights.ServiceConfig | AccessRights.EnrollmentWrite;
    private const AccessRights Every = Management | AccessRights.DeviceConnect | AccessRights.EnrollmentRead
        | AccessRights.RegistrationStatusRead | AccessRights.RegistrationStatusWrite;

    /// <summary>What is wrong with a new policy by itself; null when nothing is.</summary>
    public static Refusal? Check(string keyName, AccessRights rights)
    {
        // '&' and '%' would have to be escaped inside a token's skn, ';' and '=' would end a part of the connection string.
        if (keyName.Length is < 1 or > MaxNameLength || !keyName.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_'))
            return Refusals.InvalidMember("keyName", $"it must have 1 to {MaxNameLength} letters, digits, hyphens, dots and underscores.");
        return CheckRights(rights);
    }

    /// <summary>Adds a policy with two fresh 64-byte keys.</summary>
    /// <returns>Null when done; 400004 for name or rights, 409000 for a name that is taken, 403101 past the quota.</returns>
    public Task<Refusal?> CreateAsync(
        AuditCaller caller, string instanceName, string keyName, AccessRights rights, CancellationToken cancellationToken)
    {
        if (Check(keyName, rights) is { } refusal) return Task.FromResult<Refusal?>(refusal);
        var now = time.GetUtcNow();
        var policy = new AccessPolicy(keyName, SymmetricKeyPair.Generate(), rights) { PrimaryMadeUtc = now, SecondaryMadeUtc = now };
        return instances.ChangeAsync(caller, instanceName, instance =>
        {
            if (Find(instance, keyName) is { } same) return InstanceRefusals.PolicyExists(same.Name);
            if (instance.AccessPolicies.Count >= MaxPolicies) return Refusals.QuotaReached("access policies", MaxPolicies);
            return instance with { AccessPolicies = [.. instance.AccessPolicies, policy] };
        }, cancellationToken);
    }

    /// <summary>Replaces a policy's rights.</summary>
    /// <returns>Null when done; 400004 for the rights, 404000, 409000 for the last policy that can manage the service.</returns>
    public Task<Refusal?> SetRightsAsync(
        AuditCaller caller, string instanceName, string keyName, AccessRights rights, CancellationToken cancellationToken) =>
        CheckRights(rights) is { } refusal
            ? Task.FromResult<Refusal?>(refusal)
            : ChangeAsync(caller, instanceName, keyName, policy => policy with { Rights = rights }, cancellationToken);

    /// <summary>Makes a new primary or secondary key; the old one is worthless at once.</summary>
    public Task<Refusal?> RegenerateAsync(
        AuditCaller caller, string instanceName, string keyName, bool isPrimary, CancellationToken cancellationToken) =>
        ChangeAsync(
            caller, instanceName, keyName,
            policy => isPrimary
                ? policy with { Keys = policy.Keys with { Primary = SymmetricKeyPair.GenerateKey() }, PrimaryMadeUtc = time.GetUtcNow() }
                : policy with { Keys = policy.Keys with { Secondary = SymmetricKeyPair.GenerateKey() }, SecondaryMadeUtc = time.GetUtcNow() },
            cancellationToken);

    /// <summary>Exchanges primary and secondary key; both stay valid.</summary>
    public Task<Refusal?> SwapAsync(AuditCaller caller, string instanceName, string keyName, CancellationToken cancellationToken) =>
        ChangeAsync(
            caller, instanceName, keyName,
            policy => policy with
            {
                Keys = new SymmetricKeyPair(policy.Keys.Secondary, policy.Keys.Primary),
                PrimaryMadeUtc = policy.SecondaryMadeUtc,
                SecondaryMadeUtc = policy.PrimaryMadeUtc,
            },
            cancellationToken);

    /// <summary>Deletes a policy; its keys are worthless at once.</summary>
    /// <returns>Null when done; 404000, 409000 for the last policy that can manage the service.</returns>
    public Task<Refusal?> DeleteAsync(AuditCaller caller, string instanceName, string keyName, CancellationToken cancellationToken) =>
        ChangeAsync(caller, instanceName, keyName, static _ => null, cancellationToken);

    /// <summary>A policy with its keys, for a caller that is going to see them. The disclosure is on record before they leave.</summary>
    /// <returns>The policy, or 404000.</returns>
    public async Task<Result<AccessPolicy>> RevealAsync(
        AuditCaller caller, string instanceName, string keyName, CancellationToken cancellationToken)
    {
        var shown = await instances.RevealAsync(
            caller, instanceName, instance => Find(instance, keyName) is { } policy ? Shown(policy) : InstanceRefusals.PolicyNotFound(keyName),
            cancellationToken);
        return shown.Try(out var policies, out var refusal) ? policies[0] : refusal;
    }

    /// <summary>All policies with their keys, as <see cref="RevealAsync"/> does.</summary>
    public Task<Result<AccessPolicy[]>> RevealAllAsync(
        AuditCaller caller, string instanceName, CancellationToken cancellationToken) =>
        instances.RevealAsync(caller, instanceName, static instance => Shown([.. instance.AccessPolicies]), cancellationToken);

    private static Result<AccessPolicy[]> Shown(params AccessPolicy[] policies) => policies;

    private static Refusal? CheckRights(AccessRights rights) =>
        rights == AccessRights.None || (rights & ~Every) != AccessRights.None
            ? Refusals.InvalidMember("rights", "at least one permission is needed.")
            : null;

    private static AccessPolicy? Find(ProvisioningInstance instance, string keyName) =>
        instance.AccessPolicies.FirstOrDefault(policy => policy.Name.Equals(keyName, StringComparison.OrdinalIgnoreCase));

    private Task<Refusal?> ChangeAsync(
        AuditCaller caller,
        string instanceName,
        string keyName,
        Func<AccessPolicy, AccessPolicy?> change,
        CancellationToken cancellationToken) =>
        instances.ChangeAsync(caller, instanceName, instance =>
        {
            if (Find(instance, keyName) is not { } before) return InstanceRefusals.PolicyNotFound(keyName);
            var after = change(before);
            AccessPolicy[] policies = [.. instance.AccessPolicies.Select(policy => policy == before ? after : policy).OfType<AccessPolicy>()];
            return before.Rights.HasFlag(Management) && !Array.Exists(policies, policy => policy.Rights.HasFlag(Management))
                ? InstanceRefusals.LastOwner(before.Name)
                : instance with { AccessPolicies = policies };
        }, cancellationToken);
}
