using Muster.Core.Activity;
using Muster.Core.Concurrency;
using Muster.Core.Store;

namespace Muster.Core.Registration;

/// <summary>
/// One registration in progress. It writes its record once, at the end - unless a device is told to poll before that: then the
/// state assigning is made durable first, so that the operation survives a restart.
/// </summary>
internal sealed class RegistrationOperation : IDisposable
{
    private const int MaxConflicts = 8;

    private readonly IProvisioningStore _store;
    private readonly RegistrationExecutor _executor;
    private readonly TimeProvider _clock;
    private readonly ActivityService? _activity;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private RegistrationRecord _assigning;
    private string? _storedETag;
    private bool _isStored;
    private RegistrationRecord? _final;

    public RegistrationOperation(
        RegistrationWork work,
        bool isStored,
        IProvisioningStore store,
        RegistrationExecutor executor,
        TimeProvider clock,
        ActivityService? activity)
    {
        Work = work;
        _assigning = work.Assigning;
        _isStored = isStored;
        _storedETag = work.StoredETag;
        _store = store;
        _executor = executor;
        _clock = clock;
        _activity = activity;
    }

    public RegistrationWork Work { get; }

    /// <summary>Ends with the final record.</summary>
    public Task<RegistrationRecord> Completion { get; private set; } = Task.FromException<RegistrationRecord>(
        new InvalidOperationException("The operation was not started."));

    public void Start(CancellationToken stopping) => Completion = Task.Run(() => RunAsync(stopping), CancellationToken.None);

    /// <summary>Whether a second request asks for the same thing, and may wait for this operation.</summary>
    public bool IsSameAs(RegistrationWork other) =>
        Work.Match.Enrollment.Kind == other.Match.Enrollment.Kind
        && Work.Match.Enrollment.Id.Equals(other.Match.Enrollment.Id, StringComparison.OrdinalIgnoreCase)
        && Work.Match.Credential == other.Match.Credential
        && Work.Payload?.GetRawText() == other.Payload?.GetRawText();

    /// <summary>Makes the state assigning durable, so that a device may be told to poll. Returns the final record where it is done already.</summary>
    public async Task<RegistrationRecord> PublishAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_final is not null) return _final;
            if (_isStored) return _assigning;

            var stored = await PutAsync(_assigning, [], cancellationToken);
            _isStored = true;
            return stored;
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private async Task<RegistrationRecord> RunAsync(CancellationToken stopping)
    {
        using var outcome = await _executor.RunAsync(Work, BeginMoveAsync, stopping);

        await _gate.WaitAsync(stopping);
        try
        {
            var now = _clock.GetUtcNow();
            var record = RegistrationStateMachine.Apply(_assigning, outcome.Event, now, ETag.Create(now));
            var changes = new List<StoreChange> { new AppendAttemptTrace(Work.Trace.Complete(record)) };
            if (outcome.Event is DeviceAssigned { Assignment: var here })
                changes.Add(new DeleteHubCleanup(record.InstanceName, here.HubHostName, here.DeviceId));
            changes.AddRange(outcome.LeftBehind.Select(entry => new PutHubCleanup(entry)));
            _final = await PutAsync(record, [.. changes], stopping);
            _activity?.Count(_final);
        }
        finally
        {
            _gate.Release();
        }

        // The device stands where the record says; others may touch the identity, and the old one may go.
        outcome.Dispose();
        if (outcome.LeftBehind.Count > 0)
        {
            await _executor.CleanAsync(outcome, Work.Trace, stopping);

            // Also while the server stops: the move is done, and its device is told so.
            await _store.CommitAsync([new ReplaceAttemptTrace(Work.Trace.Complete(_final))], CancellationToken.None);
        }

        return _final;
    }

    /// <summary>
    /// From here on the device may stand in two hubs. The note is durable before that, so that a process that dies in between takes
    /// the move up at its next start, whether the device comes back or not.
    /// </summary>
    private async Task BeginMoveAsync(PendingMove move, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var now = _clock.GetUtcNow();
            _assigning = await PutAsync(_assigning with { PendingMove = move, ETag = ETag.Create(now) }, [], cancellationToken);
            _isStored = true;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>
    /// Stores the record over whatever is there. A conflict means that an operator deleted the record or that another node wrote it;
    /// the hub has accepted this registration, so its outcome is what the record must say.
    /// </summary>
    private async Task<RegistrationRecord> PutAsync(RegistrationRecord record, StoreChange[] more, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MaxConflicts; attempt++)
        {
            var outcome = await _store.CommitAsync([new PutRegistration(record, _storedETag), .. more], cancellationToken);
            if (outcome == CommitOutcome.Committed)
            {
                _storedETag = record.ETag;
                return record;
            }

            _storedETag = (await _store.FindRegistrationAsync(record.InstanceName, record.RegistrationId, cancellationToken))?.ETag;
        }

        throw new StoreContentionException($"The registration record '{record.RegistrationId}' kept changing while it was written.");
    }
}
