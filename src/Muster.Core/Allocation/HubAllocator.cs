using System.Collections.Frozen;
using Muster.Core.Enrollments;
using Muster.Core.Errors;
using Muster.Core.Hubs;
using Muster.Core.Instances;

namespace Muster.Core.Allocation;

/// <summary>Picks policy and candidates for an enrollment and asks the policy (behaviour B-9, iot-hub 5.1).</summary>
public sealed class HubAllocator
{
    private readonly FrozenDictionary<AllocationPolicyKind, IAllocationPolicy> _policies;

    /// <summary>Collects the policies of this process.</summary>
    public HubAllocator(IEnumerable<IAllocationPolicy> policies) =>
        _policies = policies.ToFrozenDictionary(policy => policy.Kind);

    /// <summary>The policy in force: the enrollment's; static where only the older single hub is given; else the instance's.</summary>
    public static AllocationPolicyKind EffectivePolicy(Enrollment enrollment, ProvisioningInstance instance) =>
        enrollment.AllocationPolicy
        ?? (enrollment.IotHubHostName is not null && enrollment.IotHubs is null ? AllocationPolicyKind.Static : instance.DefaultAllocationPolicy);

    /// <summary>The linked hubs that the enrollment allows, those closed to assignments included.</summary>
    public static IReadOnlyList<LinkedHub> NamedHubs(Enrollment enrollment, IReadOnlyList<LinkedHub> linked)
    {
        var names = enrollment.IotHubs ?? (enrollment.IotHubHostName is { } single ? [single] : null);
        return names is null
            ? linked
            : [.. linked.Where(hub => names.Contains(hub.HostName, StringComparer.OrdinalIgnoreCase))];
    }

    /// <summary>Chooses a hub.</summary>
    public async ValueTask<Result<AllocationResult>> AllocateAsync(
        ProvisioningInstance instance, AllocationRequest request, CancellationToken cancellationToken)
    {
        var named = NamedHubs(request.Enrollment, request.Candidates);
        if (named.Count == 0) return AllocationRefusals.HubNotFound;

        var open = named.Where(hub => hub.ApplyAllocationPolicy ?? true).ToList();
        if (open.Count == 0) return AllocationRefusals.AllHubsClosed;

        var kind = EffectivePolicy(request.Enrollment, instance);
        return _policies.TryGetValue(kind, out var policy)
            ? await policy.AllocateAsync(request with { Candidates = open }, cancellationToken)
            : AllocationRefusals.PolicyNotAvailable(kind);
    }
}
