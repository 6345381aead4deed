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
    private readonly SemaphoreSlim _gate = new(1, 1);
    private string? _storedETag;
    private bool _isStored;
    private RegistrationRecord? _final;

    public RegistrationOperation(RegistrationWork work, bool isStored, IProvisioningStore store, RegistrationExecutor executor, TimeProvider clock)
    {
        Work = work;
        _isStored = isStored;
        _storedETag = work.StoredETag;
        _store = store;
        _executor = executor;
        _clock = clock;
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
            if (_isStored) return Work.Assigning;

            var stored = await PutAsync(Work.Assigning, [], cancellationToken);
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
        var outcome = await _executor.RunAsync(Work, stopping);

        await _gate.WaitAsync(stopping);
        try
        {
            var now = _clock.GetUtcNow();
            var record = RegistrationStateMachine.Apply(Work.Assigning, outcome.Event, now, ETag.Create(now));
            _final = await PutAsync(record, [new AppendAttemptTrace(Work.Trace.Complete(record))], stopping);
        }
        finally
        {
            _gate.Release();
        }

        await _executor.RemovePreviousAsync(outcome, Work.Trace, stopping);
        return _final;
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
