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
        ?? (enrollment.IotHubHostName is not null && enrollment.IotHubs is not { Count: > 0 } ? AllocationPolicyKind.Static : instance.DefaultAllocationPolicy);

    /// <summary>The linked hubs that the enrollment allows, those closed to assignments included.</summary>
    public static IReadOnlyList<LinkedHub> NamedHubs(Enrollment enrollment, IReadOnlyList<LinkedHub> linked)
    {
        // An empty list means all hubs, as an absent one does (behaviour B-7.1).
        var names = enrollment.IotHubs is { Count: > 0 } several ? several
            : enrollment.IotHubHostName is { } single ? [single]
            : null;
        return names is null
            ? linked
            : [.. linked.Where(hub => names.Contains(hub.HostName, StringComparer.OrdinalIgnoreCase))];
    }

    /// <summary>Chooses a hub.</summary>
    /// <param name="instance">Its default policy acts where the enrollment names none.</param>
    /// <param name="request">The question, with all linked hubs for candidates.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async ValueTask<Result<AllocationResult>> AllocateAsync(
        ProvisioningInstance instance, AllocationRequest request, CancellationToken cancellationToken)
    {
        var kind = EffectivePolicy(request.Enrollment, instance);
        if (request is { KeepsHub: true, Current: { } current }) return await KeepAsync(kind, request, current.HubHostName, cancellationToken);

        var named = NamedHubs(request.Enrollment, request.Candidates);
        if (named.Count == 0) return AllocationRefusals.HubNotFound;

        var open = named.Where(hub => hub.IsOpen).ToList();
        if (open.Count == 0) return AllocationRefusals.AllHubsClosed;

        return _policies.TryGetValue(kind, out var policy)
            ? await policy.AllocateAsync(request with { Candidates = open }, cancellationToken)
            : AllocationRefusals.PolicyNotAvailable(kind);
    }

    /// <summary>
    /// Rows 6, 7 and 10 of behaviour B-10.2: under "never" the hub stays, or the registration fails where it is no longer linked. A
    /// webhook is asked all the same, and told of this one hub only.
    /// </summary>
    private async ValueTask<Result<AllocationResult>> KeepAsync(
        AllocationPolicyKind kind, AllocationRequest request, string hostName, CancellationToken cancellationToken)
    {
        var hub = request.Candidates.FirstOrDefault(hub => hub.HostName.Equals(hostName, StringComparison.OrdinalIgnoreCase));
        if (hub is null) return AllocationRefusals.HubNotFound;
        var kept = new AllocationResult(hub.HostName, "The re-provisioning policy is 'never': the device keeps its hub.");
        if (kind != AllocationPolicyKind.Custom) return kept;
        if (!_policies.TryGetValue(kind, out var custom)) return AllocationRefusals.PolicyNotAvailable(kind);
        var asked = await custom.AllocateAsync(request with { Candidates = [hub] }, cancellationToken);
        return asked.Try(out var answer, out var refusal) ? kept with { Payload = answer.Payload } : refusal;
    }
}
