using System.Collections.Concurrent;
using System.Text.Json;
using Muster.Core.Activity;
using Muster.Core.Attestation;
using Muster.Core.Concurrency;
using Muster.Core.Enrollments;
using Muster.Core.Errors;
using Muster.Core.Hubs;
using Muster.Core.Instances;
using Muster.Core.Networking;
using Muster.Core.Quotas;
using Muster.Core.Store;

namespace Muster.Core.Registration;

/// <summary>
/// The one registration service behind every protocol: gate, match and verify, decide, hub writes, one durable commit, answer.
/// A device is never told "assigned" before the hub accepted its identity and the record is on disk.
/// </summary>
public sealed class RegistrationService : IAsyncDisposable
{
    private readonly InstanceDirectory _instances;
    private readonly IProvisioningStore _store;
    private readonly AttestationMatcher _matcher;
    private readonly RegistrationExecutor _executor;
    private readonly RegistrationOptions _options;
    private readonly TimeProvider _clock;
    private readonly IFaultLog _faults;
    private readonly InstanceLimiter? _limiter;
    private readonly TpmHubKeys? _tpmKeys;
    private readonly NetworkGate _network;
    private readonly ActivityService? _activity;
    private readonly ConcurrentDictionary<(string Instance, string Id), RegistrationOperation> _running = new();
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Makes the service.</summary>
    public RegistrationService(
        InstanceDirectory instances,
        IProvisioningStore store,
        AttestationMatcher matcher,
        RegistrationExecutor executor,
        RegistrationOptions options,
        TimeProvider clock,
        IFaultLog faults,
        InstanceLimiter? limiter = null,
        TpmHubKeys? tpmKeys = null,
        NetworkGate? network = null,
        ActivityService? activity = null)
    {
        _instances = instances;
        _store = store;
        _matcher = matcher;
        _executor = executor;
        _options = options;
        _clock = clock;
        _faults = faults;
        _limiter = limiter;
        _tpmKeys = tpmKeys;
        _network = network ?? new NetworkGate(PrivateListeners.None);
        _activity = activity;
    }

    /// <summary>
    /// Registers a device. The record of the answer is final (assigned, failed, disabled) where that took less than
    /// <see cref="RegistrationOptions.AnswerBudget"/>; else its state is assigning and the operation can be polled.
    /// </summary>
    /// <param name="request">Who asks.</param>
    /// <param name="bodyRegistrationId">The ID that the body repeats, or null.</param>
    /// <param name="payload">The device's payload for custom allocation, or null.</param>
    /// <param name="cancellationToken">Ends the waiting, not the registration.</param>
    public async Task<Result<RegistrationRecord>> RegisterAsync(
        DeviceRequest request, string? bodyRegistrationId, JsonElement? payload, CancellationToken cancellationToken)
    {
        var trace = new AttemptTraceBuilder(request, _clock);
        if (CheckRate(request, trace, isPoll: false) is { } tooFast) return await RefuseAsync(trace, request, tooFast, cancellationToken);
        var verified = await VerifyAsync(request, bodyRegistrationId, _options.ClockSkew, trace, cancellationToken);
        if (!verified.Try(out var device, out var refusal)) return await RefuseAsync(trace, request, refusal, cancellationToken);

        if (!device.Match.Enrollment.IsEnabled)
        {
            trace.Fail("enrollment", $"The enrollment '{device.Match.Enrollment.Id}' is disabled. Enable it to let its devices register.");
            return await DisableAsync(request, device, trace, cancellationToken);
        }

        var now = _clock.GetUtcNow();
        var accepted = new RegisterAccepted(
            Describe(request, device), OperationIds.Create(), now + _options.OperationLifetime, PendingOf(request, device, payload));
        var (assigning, storedETag, isReserved) = await ReserveAsync(device, accepted, now);
        if (assigning is null) return await RefuseFullAsync(trace, request, device.Instance, cancellationToken);
        var work = new RegistrationWork
        {
            Instance = device.Instance,
            Match = device.Match,
            Assigning = assigning,
            StoredETag = storedETag,
            ApiVersion = request.ApiVersion,
            Payload = payload,
            RemoteAddress = request.RemoteAddress,
            Evidence = device.Match.TpmKeys?.ToEvidence() ?? request.Evidence,
            Trace = trace,
        };

        var operation = StartOrJoin(work, isReserved);
        if (operation.Work != work)
        {
            if (!operation.IsSameAs(work))
            {
                trace.Fail("concurrency", "Another registration of the same ID, with another enrollment or payload, is in progress.");
                return await RefuseAsync(trace, request, Refusals.ConcurrentRegistration, cancellationToken);
            }

            trace.Pass("concurrency", $"Joined the registration in progress, operation {operation.Work.Assigning.OperationId}.");
            var joined = await AnswerAsync(operation, cancellationToken);
            await _store.CommitAsync([new AppendAttemptTrace(trace.Complete(joined))], cancellationToken);
            return await AnswerDeviceAsync(request, device, joined, cancellationToken);
        }

        return await AnswerDeviceAsync(request, device, await AnswerAsync(operation, cancellationToken), cancellationToken);
    }

    /// <summary>The record behind an operation: final, or assigning while it runs. Refused with 404 when it is not this device's latest one.</summary>
    public async Task<Result<RegistrationRecord>> GetOperationAsync(
        DeviceRequest request, string operationId, CancellationToken cancellationToken)
    {
        var trace = new AttemptTraceBuilder(request, _clock);
        if (CheckRate(request, trace, isPoll: true) is { } tooFast) return await RefuseAsync(trace, request, tooFast, cancellationToken);
        var verified = await VerifyAsync(request, bodyRegistrationId: null, _options.ClockSkew + _options.PollGrace, trace, cancellationToken);
        if (!verified.Try(out var device, out var refusal)) return await RefuseAsync(trace, request, refusal, cancellationToken);

        if (device.Record is { OperationId.Length: > 0 } record
            && record.OperationId.Equals(operationId, StringComparison.OrdinalIgnoreCase)
            && record.OperationExpiresUtc > _clock.GetUtcNow())
        {
            return await AnswerDeviceAsync(request, device, record, cancellationToken);
        }

        trace.Fail("operation", device.Record is { } other
            ? $"The device's latest operation is '{other.OperationId}', ended or ending at {other.OperationExpiresUtc:O}; it asked for another one."
            : "The device has no registration record.");
        return await RefuseAsync(trace, request, Refusals.OperationNotFound, cancellationToken);
    }

    /// <summary>The device's record, without an operation. Refused with 404 before its first attempt.</summary>
    public async Task<Result<RegistrationRecord>> LookupAsync(
        DeviceRequest request, string? bodyRegistrationId, CancellationToken cancellationToken)
    {
        var trace = new AttemptTraceBuilder(request, _clock);
        if (CheckRate(request, trace, isPoll: false) is { } tooFast) return await RefuseAsync(trace, request, tooFast, cancellationToken);
        var verified = await VerifyAsync(request, bodyRegistrationId, _options.ClockSkew, trace, cancellationToken);
        if (!verified.Try(out var device, out var refusal)) return await RefuseAsync(trace, request, refusal, cancellationToken);
        if (device.Record is { } record) return await AnswerDeviceAsync(request, device, record, cancellationToken);

        trace.Fail("record", "The device has never registered, or its record was deleted.");
        return await RefuseAsync(trace, request, Refusals.RegistrationNotFound, cancellationToken);
    }

    /// <summary>
    /// Verifies a device without registering it, for protocols that judge a credential when a connection opens (device-protocols 3.5).
    /// A disabled enrollment passes: its devices are told when they register.
    /// </summary>
    /// <returns>Null when the credential is good; else the refusal, which has left a trace.</returns>
    public async Task<Refusal?> CheckAsync(DeviceRequest request, CancellationToken cancellationToken)
    {
        var trace = new AttemptTraceBuilder(request, _clock);
        var verified = await VerifyAsync(request, bodyRegistrationId: null, _options.ClockSkew, trace, cancellationToken);
        return verified.Refusal is { } refusal ? await RefuseAsync(trace, request, refusal, cancellationToken) : null;
    }

    /// <summary>Notes an attempt that a protocol refused before it could be put to this service, and hands the refusal back.</summary>
    public Task<Refusal> RefuseAsync(DeviceRequest request, string check, string detail, Refusal refusal, CancellationToken cancellationToken)
    {
        var trace = new AttemptTraceBuilder(request, _clock);
        trace.Fail(check, detail);
        return RefuseAsync(trace, request, refusal, cancellationToken);
    }

    /// <summary>Takes up the registrations that a stopped process left in state assigning. Called once, before requests are served.</summary>
    public async Task ResumeAsync(CancellationToken cancellationToken)
    {
        foreach (var record in await _store.ListUnfinishedRegistrationsAsync(cancellationToken))
        {
            if (_instances.FindByName(record.InstanceName) is not { } instance) continue;
            var request = new DeviceRequest
            {
                IdScope = instance.IdScope,
                RegistrationId = record.RegistrationId,
                Operation = DeviceRequest.Register,
                ApiVersion = record.Pending?.ApiVersion ?? "",
                RemoteAddress = record.Pending?.RemoteAddress ?? "",
                Protocol = "Resumed",
                TrackingId = Guid.NewGuid(),
            };
            var trace = new AttemptTraceBuilder(request, _clock);
            trace.Pass("restart", $"The operation {record.OperationId} was in progress when the server stopped; it is taken up again.");

            var enrollment = await _store.FindEnrollmentAsync(record.InstanceName, record.EnrollmentKind, record.EnrollmentId, cancellationToken);
            var match = enrollment is null ? null : _matcher.Verifier(record.AttestationType)?.Restore(
                enrollment, record.RegistrationId, record.Pending);
            if (match is null)
            {
                trace.Fail("enrollment", $"The enrollment '{record.EnrollmentId}' no longer exists, or the device must prove itself anew.");
                var now = _clock.GetUtcNow();
                var failed = RegistrationStateMachine.Apply(record, new AssignmentFailed(Refusals.EnrollmentNotFound), now, ETag.Create(now));
                var outcome = await _store.CommitAsync(
                    [new PutRegistration(failed, record.ETag), new AppendAttemptTrace(trace.Complete(failed))], cancellationToken);
                if (outcome == CommitOutcome.Committed) _activity?.Count(failed);
                continue;
            }

            trace.Consider(match.Enrollment);
            StartOrJoin(
                new RegistrationWork
                {
                    Instance = instance,
                    Match = match,
                    Assigning = record,
                    StoredETag = record.ETag,
                    ApiVersion = request.ApiVersion,
                    Payload = record.Pending?.Payload,
                    RemoteAddress = record.Pending?.RemoteAddress,
                    Evidence = record.Pending?.Presented(),
                    Trace = trace,
                },
                isStored: true);
        }
    }

    /// <summary>Lets what is in progress end for a moment, then stops it; what was told to poll is taken up at the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        var running = _running.Values.Select(operation => operation.Completion).ToArray();
        await Task.WhenAny(Task.WhenAll(running), Task.Delay(_options.AnswerBudget, _clock));
        await _stopping.CancelAsync();
        await Task.WhenAll(running).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        _stopping.Dispose();
    }

    private Refusal? CheckRate(DeviceRequest request, AttemptTraceBuilder trace, bool isPoll)
    {
        if (_limiter is null || _instances.FindByIdScope(request.IdScope) is not { } instance) return null;
        var refusal = isPoll ? _limiter.CheckPoll(instance, request.RegistrationId) : _limiter.CheckRegistration(instance);
        if (refusal is not null)
            trace.Fail("rate", isPoll ? "The device polls faster than the instance allows." : "The instance's rate of registrations is reached.");
        return refusal;
    }

    private async Task<Result<VerifiedDevice>> VerifyAsync(
        DeviceRequest request, string? bodyRegistrationId, TimeSpan grace, AttemptTraceBuilder trace, CancellationToken cancellationToken)
    {
        if (!Identifiers.IsRegistrationId(request.RegistrationId))
        {
            trace.Fail("registration ID", $"'{request.RegistrationId}' is not a registration ID: it {Identifiers.RegistrationIdRule}.");
            return Refusals.InvalidMember("registrationId", $"it {Identifiers.RegistrationIdRule}.");
        }

        if (_instances.FindByIdScope(request.IdScope) is not { } instance)
        {
            trace.Fail("ID scope", $"No provisioning service here has the ID scope '{request.IdScope}'.");
            return Refusals.UnknownIdScope;
        }

        if (_network.Judge(instance, NetworkSource.Parse(request.RemoteAddress, request.LocalAddress), IpFilterTarget.DeviceApi) is { } verdict)
        {
            if (!verdict.IsAllowed)
            {
                trace.Fail("network", verdict.Reason + " Change that on the Networking page if the device shall register.");
                return Refusals.Unauthorized;
            }

            trace.Pass("network", verdict.Reason);
        }

        if (bodyRegistrationId is not null && !bodyRegistrationId.Equals(request.RegistrationId, StringComparison.OrdinalIgnoreCase))
        {
            trace.Fail("registration ID", $"The body says '{bodyRegistrationId}', the address says '{request.RegistrationId}'.");
            return Refusals.InvalidMember("registrationId", "it differs from the registration ID in the address.");
        }

        if (request.Evidence is not { } evidence)
        {
            trace.Fail("credential", request.EvidenceProblem
                ?? "The device presented no credential: no SAS token, no client certificate, no TPM keys.");
            return Refusals.Unauthorized;
        }

        var record = await _store.FindRegistrationAsync(instance.Name, request.RegistrationId, cancellationToken);
        var context = new AttestationContext
        {
            Instance = instance,
            RegistrationId = request.RegistrationId,
            Evidence = evidence,
            Now = _clock.GetUtcNow(),
            Grace = grace,
            RemoteAddress = request.RemoteAddress,
            Record = record,
            Trace = trace,
        };
        var matched = await _matcher.MatchAsync(context, cancellationToken);
        return matched.Try(out var match, out var refusal) ? new VerifiedDevice(instance, match, record) : refusal;
    }

    /// <summary>
    /// The record in state assigning. Where records have a quota the first one of a device is stored before any hub is written, in a
    /// commit that counts: there is never one too many, and no identity without a record (behaviour B-11.5).
    /// </summary>
    /// <returns>No record when the quota is reached; else it, the etag in the store, and whether that is this record's.</returns>
    private async Task<(RegistrationRecord? Assigning, string? StoredETag, bool IsReserved)> ReserveAsync(
        VerifiedDevice device, RegisterAccepted accepted, DateTimeOffset now)
    {
        var stored = device.Record;
        while (true)
        {
            var assigning = RegistrationStateMachine.Apply(stored, accepted, now, ETag.Create(now));
            if (stored is not null || QuotaOf(device.Instance) is not { } quota) return (assigning, stored?.ETag, false);
            var outcome = await _store.CommitAsync([quota, new PutRegistration(assigning, IfETag: null)], CancellationToken.None);
            if (outcome == CommitOutcome.Committed) return (assigning, assigning.ETag, true);

            // The same device may have come twice at a time: then there is a record now, which takes no more room.
            stored = await _store.FindRegistrationAsync(assigning.InstanceName, assigning.RegistrationId, CancellationToken.None);
            if (stored is null && outcome == CommitOutcome.QuotaReached) return (null, null, false);
        }
    }

    private Task<Refusal> RefuseFullAsync(
        AttemptTraceBuilder trace, DeviceRequest request, ProvisioningInstance instance, CancellationToken cancellationToken)
    {
        var refusal = QuotaRefusals.Reached(QuotaOf(instance)!);
        trace.Fail("quota", refusal.Message + " Delete records that are not needed, or raise the quota.");
        return RefuseAsync(trace, request, refusal, cancellationToken);
    }

    private static RequireQuota? QuotaOf(ProvisioningInstance instance) => instance.Quotas?.LimitOf(CountedEntity.Registration) is { } limit
        ? new RequireQuota(instance.Name, CountedEntity.Registration, limit)
        : null;

    private async Task<Result<RegistrationRecord>> DisableAsync(
        DeviceRequest request, VerifiedDevice device, AttemptTraceBuilder trace, CancellationToken cancellationToken)
    {
        var stored = device.Record;
        while (true)
        {
            var now = _clock.GetUtcNow();
            var record = RegistrationStateMachine.Apply(stored, new EnrollmentDisabled(Describe(request, device)), now, ETag.Create(now));
            List<StoreChange> changes = [new PutRegistration(record, stored?.ETag), new AppendAttemptTrace(trace.Complete(record))];
            if (stored is null && QuotaOf(device.Instance) is { } quota) changes.Insert(0, quota);
            var outcome = await _store.CommitAsync(changes, cancellationToken);
            if (outcome == CommitOutcome.Committed)
            {
                _activity?.Count(record);
                return record;
            }

            stored = await _store.FindRegistrationAsync(device.Instance.Name, request.RegistrationId, cancellationToken);
            if (stored is null && outcome == CommitOutcome.QuotaReached)
                return await RefuseFullAsync(trace, request, device.Instance, cancellationToken);
        }
    }

    private RegistrationOperation StartOrJoin(RegistrationWork work, bool isStored = false)
    {
        var key = (work.Instance.Name, work.Assigning.RegistrationId.ToLowerInvariant());
        var created = new RegistrationOperation(work, isStored, _store, _executor, _clock, _activity);
        var operation = _running.GetOrAdd(key, created);
        if (operation != created)
        {
            created.Dispose();
            return operation;
        }

        operation.Start(_stopping.Token);
        _ = operation.Completion.ContinueWith(
            task =>
            {
                _running.TryRemove(KeyValuePair.Create(key, operation));
                if (task.Exception?.InnerException is { } problem)
                    _faults.Report($"registering '{work.Assigning.RegistrationId}'", problem);
            },
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return operation;
    }

    private async Task<RegistrationRecord> AnswerAsync(RegistrationOperation operation, CancellationToken cancellationToken)
    {
        try
        {
            return await operation.Completion.WaitAsync(_options.AnswerBudget, _clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            return await operation.PublishAsync(cancellationToken);
        }
    }

    /// <summary>What one mechanism adds to its answers: a TPM gets its hub key, wrapped.</summary>
    private async Task<Result<RegistrationRecord>> AnswerDeviceAsync(
        DeviceRequest request, VerifiedDevice device, RegistrationRecord record, CancellationToken cancellationToken)
    {
        if (_tpmKeys is null || device.Match.TpmKeys is not { } keys) return record;
        var trace = new AttemptTraceBuilder(request, _clock);
        trace.Consider(device.Match.Enrollment);
        var answer = await _tpmKeys.WrapAsync(device.Instance, record, keys, trace, cancellationToken);
        return answer.Refusal is { } refusal ? await RefuseAsync(trace, request, refusal, cancellationToken) : answer;
    }

    private async Task<Refusal> RefuseAsync(
        AttemptTraceBuilder trace, DeviceRequest request, Refusal refusal, CancellationToken cancellationToken)
    {
        var instance = _instances.FindByIdScope(request.IdScope)?.Name ?? "";

        // The challenge of a TPM is a step on the way, no failure.
        if (instance.Length > 0 && request.IsRegistration && refusal.TpmChallenge is null) _activity?.CountRefusal(instance, refusal.Code);
        await _store.CommitAsync([new AppendAttemptTrace(trace.Refuse(instance, refusal))], cancellationToken);
        return refusal;
    }

    private static PendingRegistration PendingOf(DeviceRequest request, VerifiedDevice device, JsonElement? payload) =>
        new PendingRegistration(request.ApiVersion, payload, (device.Match.Credential as HubThumbprints)?.Primary)
        {
            RemoteAddress = request.RemoteAddress,
        }.With(device.Match.TpmKeys?.ToEvidence() ?? request.Evidence);

    private static RegisteringDevice Describe(DeviceRequest request, VerifiedDevice device) => new(
        device.Instance.Name, request.RegistrationId, device.Match.Enrollment.Kind, device.Match.Enrollment.Id,
        device.Match.Enrollment.Attestation.Type);

    private sealed record VerifiedDevice(ProvisioningInstance Instance, AttestationMatch Match, RegistrationRecord? Record);
}
