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
    // Hubs can be unlinked while a registration waits for them; so often it chooses anew before it gives up.
    private const int MaxChoices = 5;

    // A twin that changes all the time is not followed for ever.
    private const int MaxFollowRounds = 3;

    private readonly IProvisioningStore _store;
    private readonly HubAllocator _allocator;
    private readonly HubWriter _hubs;
    private readonly HubCleaner _cleaner;
    private readonly RegistrationOptions _options;
    private readonly TimeProvider _clock;

    /// <summary>Makes the executor.</summary>
    public RegistrationExecutor(
        IProvisioningStore store, HubAllocator allocator, HubWriter hubs, HubCleaner cleaner, RegistrationOptions options, TimeProvider clock)
    {
        _store = store;
        _allocator = allocator;
        _hubs = hubs;
        _cleaner = cleaner;
        _options = options;
        _clock = clock;
    }

    /// <summary>Runs <paramref name="work"/> to its end. Expected failures are events; exceptions are bugs and a broken store.</summary>
    /// <param name="work">The registration.</param>
    /// <param name="beginMoveAsync">Stores that a move begins; awaited before its new hub is written.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<RegistrationOutcome> RunAsync(
        RegistrationWork work, Func<PendingMove, CancellationToken, Task> beginMoveAsync, CancellationToken cancellationToken)
    {
        var calls = new HubCalls(_options, _clock, work.Trace);
        for (var choice = 1; ; choice++)
        {
            var outcome = await TryAsync(work, calls, beginMoveAsync, cancellationToken);
            if (outcome is not null) return outcome;
            if (choice == MaxChoices) return Failed(AllocationRefusals.HubNotFound);
        }
    }

    /// <summary>
    /// Begins to delete the identities left behind and notes in the trace what came of it; what takes long or fails goes on in the
    /// background.
    /// </summary>
    public async Task CleanAsync(RegistrationOutcome outcome, AttemptTraceBuilder trace, CancellationToken stopping)
    {
        foreach (var result in await _cleaner.BeginAsync(outcome.LeftBehind, _options.CleanupPatience, stopping))
        {
            var text = $"delete '{result.Entry.DeviceId}' in '{result.Entry.HubHostName}', which the device has left: {result.Detail}";
            if (result.IsDone) trace.Pass("hub", text);
            else trace.Fail("hub", text);
        }
    }

    /// <returns>Null when the chosen hub was unlinked meanwhile.</returns>
    private async Task<RegistrationOutcome?> TryAsync(
        RegistrationWork work, HubCalls calls, Func<PendingMove, CancellationToken, Task> beginMoveAsync, CancellationToken cancellationToken)
    {
        var linked = await _store.ListLinkedHubsAsync(work.Instance.Name, cancellationToken);
        var enrollment = work.Match.Enrollment;
        var last = work.Assigning.Assignment;
        var deviceId = DeviceIdOf(enrollment, work.Assigning);
        var policy = ReprovisioningDecision.EffectivePolicy(enrollment.ReprovisionPolicy, work.ApiVersion);
        var allocation = await AllocateAsync(work, linked, last, deviceId, policy, cancellationToken);
        if (!allocation.Try(out var target, out var refusal))
        {
            work.Trace.Fail("allocation", refusal.Message);
            return Failed(refusal);
        }

        work.Trace.Pass("allocation", $"{target.HubHostName}: {target.Reason}");
        var lastIsLinked = last is not null && Find(linked, last.HubHostName) is not null;
        var plan = ReprovisioningDecision.Decide(last, lastIsLinked, policy, target.HubHostName, deviceId);
        if (Find(linked, plan.HubHostName) is not { } hub) return null;

        try
        {
            HubDeviceSnapshot? moved = null;
            var readAt = _clock.GetTimestamp();
            if (plan is { Twin: TwinPlan.Migrate, Previous: { } old })
                (plan, moved) = await ReadPreviousAsync(plan, old, Find(linked, old.HubHostName)!, calls, cancellationToken);

            using var turn = await _hubs.EnterAsync(hub, cancellationToken);

            // Allocation and the wait for a turn may have taken long; what the operator decided meanwhile counts (behaviour B-8.2).
            if (await CheckEnrollmentAsync(work, cancellationToken) is { } ended) return ended;
            if (Find(await _store.ListLinkedHubsAsync(work.Instance.Name, cancellationToken), hub.HostName) is not { } current)
            {
                work.Trace.Fail("allocation", $"The hub '{hub.HostName}' was unlinked while its turn was awaited.");
                return null;
            }

            var assignment = new HubAssignment(plan.HubHostName, plan.DeviceId);
            if (plan.Previous is { } from) await beginMoveAsync(new PendingMove(from, assignment), cancellationToken);
            var hold = await _cleaner.HoldAsync(assignment, cancellationToken);
            try
            {
                await WriteAsync(moved);
                if (plan is { Twin: TwinPlan.Migrate, Previous: { } left } && moved is not null)
                    await FollowAsync(left, moved, readAt, linked, calls, WriteAsync, cancellationToken);
            }
            catch
            {
                hold.Dispose();
                throw;
            }

            Task WriteAsync(HubDeviceSnapshot? content) => _hubs.WriteAsync(plan, current, content, work.Match.Credential, enrollment,
                new TwinOffer(target.InitialTwin, enrollment.InitialTwin), calls, cancellationToken);

            var abandoned = new[] { lastIsLinked ? plan.Previous : LeftWhereNothingCanBeDeleted(last, plan), work.Assigning.PendingMove?.To };
            return new RegistrationOutcome(
                new DeviceAssigned(assignment, plan.Substatus, target.Payload), hold, LeftBehind(work, assignment, abandoned));
        }
        catch (HubCallException problem)
        {
            // A refused service credential has a code of its own (behaviour B-19); everything else keeps the hub's.
            return Failed(new Refusal(problem.IsUnauthorized ? AllocationRefusals.HubRefusedService : problem.Code, problem.Message));
        }
    }

    private async Task<(ReprovisioningPlan Plan, HubDeviceSnapshot? Moved)> ReadPreviousAsync(
        ReprovisioningPlan plan, HubAssignment old, LinkedHub hub, HubCalls calls, CancellationToken cancellationToken)
    {
        var reset = plan with { Twin = TwinPlan.Reset, Substatus = RegistrationSubstatus.DeviceDataReset };
        try
        {
            if (await _hubs.ReadPreviousAsync(hub, old.DeviceId, calls, cancellationToken) is { } moved) return (plan, moved);
            calls.Note($"The device '{old.DeviceId}' does not exist in '{old.HubHostName}' any more; it starts anew in '{plan.HubHostName}'.");
            return (reset, null);
        }
        catch (HubCallException problem) when (problem.IsUnauthorized && _options.ResetsWhenOldHubRefuses)
        {
            calls.Note($"'{old.HubHostName}' refuses the service, so nothing can be taken along; the device starts anew in "
                + $"'{plan.HubHostName}'. Renew the credentials of the link so that what is left there can be deleted.");
            return (reset, null);
        }
    }

    /// <summary>
    /// The twin was read before the wait for the new hub. What operators changed in the old hub until now is written after, so that
    /// deleting the old identity loses nothing.
    /// </summary>
    private async Task FollowAsync(
        HubAssignment old,
        HubDeviceSnapshot written,
        long readAt,
        IReadOnlyList<LinkedHub> linked,
        HubCalls calls,
        Func<HubDeviceSnapshot?, Task> writeAsync,
        CancellationToken cancellationToken)
    {
        for (var round = 0; round < MaxFollowRounds && _clock.GetElapsedTime(readAt) > _options.FreshSnapshot; round++)
        {
            readAt = _clock.GetTimestamp();
            var now = await _hubs.ReadAgainAsync(
                Find(linked, old.HubHostName)!, old.DeviceId, _options.FollowPatience, calls, cancellationToken);
            if (now is null || now.HasSameContentAs(written)) return;
            calls.Note($"The device '{old.DeviceId}' changed in '{old.HubHostName}' during the move; the change is taken along.");
            await writeAsync(now with { WasDisabled = !written.IsEnabled });
            written = now;
        }
    }

    private async Task<RegistrationOutcome?> CheckEnrollmentAsync(RegistrationWork work, CancellationToken cancellationToken)
    {
        var enrollment = work.Match.Enrollment;
        var current = await _store.FindEnrollmentAsync(work.Instance.Name, enrollment.Kind, enrollment.Id, cancellationToken);
        if (current is null)
        {
            work.Trace.Fail("enrollment", "The enrollment was deleted while its device was being assigned.");
            return Failed(enrollment.Kind == EnrollmentKind.Group ? Refusals.EnrollmentGroupNotFound : Refusals.EnrollmentNotFound);
        }

        if (current.IsEnabled) return null;
        work.Trace.Fail("enrollment", "The enrollment was disabled while its device was being assigned.");
        return new RegistrationOutcome(new DisabledMeanwhile());
    }

    private ValueTask<Result<AllocationResult>> AllocateAsync(
        RegistrationWork work,
        IReadOnlyList<LinkedHub> linked,
        HubAssignment? last,
        string deviceId,
        ReprovisionPolicy policy,
        CancellationToken cancellationToken) => _allocator.AllocateAsync(
            work.Instance,
            new AllocationRequest
            {
                RegistrationId = work.Assigning.RegistrationId,
                Enrollment = work.Match.Enrollment,
                Candidates = linked,
                Payload = work.Payload,
                Current = last,
                KeepsHub = ReprovisioningDecision.KeepsHub(last, policy, deviceId),
                RemoteAddress = work.RemoteAddress,
                Evidence = work.Evidence,
                Trace = work.Trace,
            },
            cancellationToken);

    /// <summary>Row 9: the old identity stands in a hub that is no longer linked. It goes on the list, where the operator finds it.</summary>
    private static HubAssignment? LeftWhereNothingCanBeDeleted(HubAssignment? last, ReprovisioningPlan plan) =>
        plan.Substatus == RegistrationSubstatus.DeviceDataReset && last?.DeviceId == plan.DeviceId ? last : null;

    private List<HubCleanup> LeftBehind(RegistrationWork work, HubAssignment assignment, IEnumerable<HubAssignment?> abandoned)
    {
        var now = _clock.GetUtcNow();
        return [.. abandoned.OfType<HubAssignment>().Where(identity => !identity.IsSameAs(assignment)).Distinct().Select(identity => new HubCleanup
        {
            InstanceName = work.Instance.Name,
            HubHostName = identity.HubHostName,
            DeviceId = identity.DeviceId,
            RegistrationId = work.Assigning.RegistrationId,
            CreatedUtc = now,
            NextAttemptUtc = now,
        })];
    }

    private static RegistrationOutcome Failed(Refusal cause) => new(new AssignmentFailed(cause));

    private static string DeviceIdOf(Enrollment enrollment, RegistrationRecord record) =>
        (enrollment as IndividualEnrollment)?.DeviceId ?? record.RegistrationId;

    private static LinkedHub? Find(IReadOnlyList<LinkedHub> linked, string hostName) =>
        linked.FirstOrDefault(hub => hub.HostName.Equals(hostName, StringComparison.OrdinalIgnoreCase));
}
