using Muster.Core.Allocation;
using Muster.Core.Enrollments;
using Muster.Core.Errors;
using Muster.Core.Hubs;
using Muster.Core.Store;

namespace Muster.Core.Registration;

/// <summary>
/// Carries a verified registration out: allocate, decide, write to the hubs. It answers with the event that ends the registration
/// and leaves the record to its caller.
/// </summary>
public sealed class RegistrationExecutor
{
    private readonly IProvisioningStore _store;
    private readonly HubAllocator _allocator;
    private readonly HubWriter _hubs;
    private readonly RegistrationOptions _options;
    private readonly TimeProvider _clock;

    /// <summary>Makes the executor.</summary>
    public RegistrationExecutor(
        IProvisioningStore store, HubAllocator allocator, HubWriter hubs, RegistrationOptions options, TimeProvider clock)
    {
        _store = store;
        _allocator = allocator;
        _hubs = hubs;
        _options = options;
        _clock = clock;
    }

    /// <summary>How a registration ended.</summary>
    /// <param name="Event">What the record becomes.</param>
    /// <param name="Previous">The identity to delete once the record is stored, or null.</param>
    /// <param name="LinkedHubs">The hubs at the time.</param>
    public sealed record Outcome(RegistrationEvent Event, HubAssignment? Previous, IReadOnlyList<LinkedHub> LinkedHubs);

    /// <summary>Runs <paramref name="work"/> to its end. Expected failures are events; exceptions are bugs and a broken store.</summary>
    public async Task<Outcome> RunAsync(RegistrationWork work, CancellationToken cancellationToken)
    {
        var linked = await _store.ListLinkedHubsAsync(work.Instance.Name, cancellationToken);
        var enrollment = work.Match.Enrollment;
        var last = work.Assigning.Assignment;
        var policy = ReprovisioningDecision.EffectivePolicy(enrollment.ReprovisionPolicy, work.ApiVersion);
        var allocation = await AllocateAsync(work, linked, last, policy, cancellationToken);
        if (!allocation.Try(out var target, out var refusal))
        {
            work.Trace.Fail("allocation", refusal.Message);
            return new(new AssignmentFailed(refusal), Previous: null, linked);
        }

        work.Trace.Pass("allocation", $"{target.HubHostName}: {target.Reason}");
        var plan = ReprovisioningDecision.Decide(
            last, last is not null && IsLinked(linked, last.HubHostName), policy, target.HubHostName, DeviceIdOf(enrollment, work.Assigning));

        // Allocation may take long; what the operator decided meanwhile counts (behaviour B-8.2).
        if (await _store.FindEnrollmentAsync(work.Instance.Name, enrollment.Kind, enrollment.Id, cancellationToken) is not { } current)
        {
            work.Trace.Fail("enrollment", "The enrollment was deleted while its device was being assigned.");
            return new(new AssignmentFailed(Refusals.EnrollmentNotFound), Previous: null, linked);
        }

        if (!current.IsEnabled)
        {
            work.Trace.Fail("enrollment", "The enrollment was disabled while its device was being assigned.");
            return new(new DisabledMeanwhile(), Previous: null, linked);
        }

        try
        {
            await _hubs.WriteAsync(plan, linked, work.Match.Credential, enrollment, target.InitialTwin ?? enrollment.InitialTwin,
                new HubCalls(_options, _clock, work.Trace), cancellationToken);
        }
        catch (HubCallException problem)
        {
            // A refused service credential has a code of its own (behaviour B-19); everything else keeps the hub's.
            var code = problem.Code / 1000 == 401 ? 400209 : problem.Code;
            return new(new AssignmentFailed(new Refusal(code, problem.Message)), Previous: null, linked);
        }

        var assigned = new DeviceAssigned(new HubAssignment(plan.HubHostName, plan.DeviceId), plan.Substatus, target.Payload);
        return new(assigned, plan.Previous, linked);
    }

    /// <summary>Deletes what a moved device left behind; the record already says where it stands now.</summary>
    public Task RemovePreviousAsync(Outcome outcome, AttemptTraceBuilder trace, CancellationToken cancellationToken) =>
        outcome.Previous is { } previous
            ? _hubs.RemoveAsync(previous, outcome.LinkedHubs, new HubCalls(_options, _clock, trace), cancellationToken)
            : Task.CompletedTask;

    private async Task<Result<AllocationResult>> AllocateAsync(
        RegistrationWork work, IReadOnlyList<LinkedHub> linked, HubAssignment? last, ReprovisionPolicy policy, CancellationToken cancellationToken)
    {
        // Rows 6 and 10 of behaviour B-10.2: under "never" the hub stays, or the registration fails where it is no longer linked.
        if (last is not null && ReprovisioningDecision.KeepsHub(last, policy))
        {
            return IsLinked(linked, last.HubHostName)
                ? new AllocationResult(last.HubHostName, "The re-provisioning policy is 'never': the device keeps its hub.")
                : AllocationRefusals.HubNotFound;
        }

        var request = new AllocationRequest
        {
            RegistrationId = work.Assigning.RegistrationId,
            Enrollment = work.Match.Enrollment,
            Candidates = linked,
            Payload = work.Payload,
        };
        return await _allocator.AllocateAsync(work.Instance, request, cancellationToken);
    }

    private static string DeviceIdOf(Enrollment enrollment, RegistrationRecord record) =>
        (enrollment as IndividualEnrollment)?.DeviceId ?? record.RegistrationId;

    private static bool IsLinked(IReadOnlyList<LinkedHub> linked, string hostName) =>
        linked.Any(hub => hub.HostName.Equals(hostName, StringComparison.OrdinalIgnoreCase));
}
