using System.Threading.Channels;
using Muster.Core.Concurrency;
using Muster.Core.Errors;
using Muster.Core.Registration;
using Muster.Core.Store;

namespace Muster.Core.Hubs;

/// <summary>
/// Deletes what moved devices left in their old hubs: once right after the move, then in the background until it succeeds or an
/// operator gives it up. What is left is the operator's alert (behaviour B-10.2).
/// </summary>
public sealed class HubCleaner
{
    private const int PassLimit = 1000;

    // A hub that was just restarted is no alert; one that failed for half a minute is.
    private const int AlertAttempt = 5;
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan IdleCheck = TimeSpan.FromMinutes(1);

    private readonly IProvisioningStore _store;
    private readonly HubConnectors _connectors;
    private readonly TimeProvider _clock;
    private readonly IFaultLog _faults;
    private readonly KeyedLock<(string Hub, string DeviceId)> _identities = new();
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Makes the cleaner.</summary>
    public HubCleaner(IProvisioningStore store, HubConnectors connectors, TimeProvider clock, IFaultLog faults)
    {
        _store = store;
        _connectors = connectors;
        _clock = clock;
        _faults = faults;
    }

    /// <summary>
    /// Holds an identity from its write until the commit that records it, so that it is not deleted in between. The caller has
    /// entered the hub's lane before.
    /// </summary>
    public Task<IDisposable> HoldAsync(HubAssignment identity, CancellationToken cancellationToken) =>
        _identities.AcquireAsync(Key(identity.HubHostName, identity.DeviceId), cancellationToken);

    /// <summary>What is still to be deleted, next attempt first, at most 1000.</summary>
    public Task<IReadOnlyList<HubCleanup>> ListAsync(string instanceName, CancellationToken cancellationToken) =>
        _store.ListHubCleanupsAsync(instanceName, PassLimit, cancellationToken);

    /// <summary>Leaves an identity where it is; the operator has taken care of it.</summary>
    public Task ForgetAsync(string instanceName, string hubHostName, string deviceId, CancellationToken cancellationToken) =>
        _store.CommitAsync([new DeleteHubCleanup(instanceName, hubHostName, deviceId)], cancellationToken);

    /// <summary>
    /// Begins to delete what a move left behind and waits a moment for it, since a quick hub is done at once. The rest goes on in the
    /// background; problems are noted on the list.
    /// </summary>
    /// <returns>What is known of each after that moment.</returns>
    public async Task<IReadOnlyList<HubCleanupResult>> BeginAsync(
        IReadOnlyList<HubCleanup> entries, TimeSpan patience, CancellationToken stopping)
    {
        if (entries.Count == 0) return [];
        var attempts = entries.Select(entry => (Entry: entry, Work: TryQuietlyAsync(entry))).ToList();
        using var waited = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await Task.WhenAny(Task.WhenAll(attempts.Select(attempt => attempt.Work)), Task.Delay(patience, _clock, waited.Token));
        await waited.CancelAsync();
        return [.. attempts.Select(attempt => attempt.Work is { IsCompletedSuccessfully: true, Result: { } result }
            ? result
            : new HubCleanupResult(attempt.Entry, IsDone: false, "no answer yet; it goes on in the background."))];

        async Task<HubCleanupResult?> TryQuietlyAsync(HubCleanup entry)
        {
            try
            {
                return await AttemptAsync(entry, stopping);
            }
            catch (OperationCanceledException)
            {
                // The server stops; the entry is on the list for the next start.
            }
            catch (Exception problem)
            {
                _faults.Report($"deleting '{entry.DeviceId}' in '{entry.HubHostName}'", problem);
            }

            return null;
        }
    }

    /// <summary>Tries everything at once that waits for its next attempt, for example after a hub was repaired or linked again.</summary>
    public async Task RetryAsync(string instanceName, CancellationToken cancellationToken)
    {
        foreach (var entry in await ListAsync(instanceName, cancellationToken)) await TryAsync(entry, cancellationToken);
    }

    /// <summary>Works in the background until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            var wait = IdleCheck;
            try
            {
                wait = await PassAsync(stopping);
            }
            catch (Exception problem) when (problem is not OperationCanceledException)
            {
                _faults.Report("deleting what moved devices left behind", problem);
            }

            using var woken = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            await Task.WhenAny(Task.Delay(wait, _clock, woken.Token), _wake.Reader.ReadAsync(woken.Token).AsTask());
            await woken.CancelAsync();
        }
    }

    /// <summary>Tries once to delete an identity that is on the list. It stays there, with the problem and a later date, if that fails.</summary>
    /// <returns>Whether it is off the list.</returns>
    public async Task<bool> TryAsync(HubCleanup entry, CancellationToken cancellationToken) =>
        (await AttemptAsync(entry, cancellationToken)).IsDone;

    private async Task<HubCleanupResult> AttemptAsync(HubCleanup entry, CancellationToken cancellationToken)
    {
        var hubs = await _store.ListLinkedHubsAsync(entry.InstanceName, cancellationToken);
        var hub = hubs.FirstOrDefault(hub => hub.HostName.Equals(entry.HubHostName, StringComparison.OrdinalIgnoreCase));
        if (hub is null)
        {
            var unlinked = $"The hub '{entry.HubHostName}' is not linked, so nothing can be deleted in it.";
            return await PostponeAsync(entry, unlinked, refusal: null, cancellationToken);
        }

        // Lane first, identity second, as registrations do it: the other order could block both for ever.
        using var turn = await _connectors.Lanes.Of(hub).EnterAsync(cancellationToken);
        using var hold = await _identities.AcquireAsync(Key(entry.HubHostName, entry.DeviceId), cancellationToken);
        if (await IsSettledAsync(entry, cancellationToken))
            return new HubCleanupResult(entry, IsDone: true, "nothing to do, the device came back or the entry is gone.");
        try
        {
            await _connectors.Connect(hub).DeleteDeviceAsync(entry.DeviceId, cancellationToken);
        }
        catch (HubCallException problem)
        {
            return await PostponeAsync(entry, $"{problem.Code} {problem.Message}", problem, cancellationToken);
        }

        await _store.CommitAsync([new DeleteHubCleanup(entry.InstanceName, entry.HubHostName, entry.DeviceId)], cancellationToken);
        return new HubCleanupResult(entry, IsDone: true, "done.");
    }

    /// <summary>Whether the entry is gone, or the device has come back to the hub meanwhile, so that nothing may be deleted.</summary>
    private async Task<bool> IsSettledAsync(HubCleanup entry, CancellationToken cancellationToken)
    {
        if (await _store.FindHubCleanupAsync(entry.InstanceName, entry.HubHostName, entry.DeviceId, cancellationToken) is null) return true;
        var record = await _store.FindRegistrationAsync(entry.InstanceName, entry.RegistrationId, cancellationToken);
        var standsHere = record?.Assignment is { } assignment
            && assignment.DeviceId == entry.DeviceId
            && assignment.HubHostName.Equals(entry.HubHostName, StringComparison.OrdinalIgnoreCase);
        if (!standsHere) return false;
        await _store.CommitAsync([new DeleteHubCleanup(entry.InstanceName, entry.HubHostName, entry.DeviceId)], cancellationToken);
        return true;
    }

    /// <summary>One pass over what is due, each hub by itself.</summary>
    /// <returns>How long until something is due again.</returns>
    private async Task<TimeSpan> PassAsync(CancellationToken stopping)
    {
        var now = _clock.GetUtcNow();
        var due = (await _store.ListHubCleanupsAsync(instanceName: null, PassLimit, stopping)).Where(entry => entry.NextAttemptUtc <= now);
        await Task.WhenAll(due.GroupBy(entry => entry.HubHostName, StringComparer.OrdinalIgnoreCase).Select(async ofHub =>
        {
            // A hub that fails once is left alone until the next pass.
            foreach (var entry in ofHub)
            {
                if (!await TryAsync(entry, stopping)) break;
            }
        }));

        var left = await _store.ListHubCleanupsAsync(instanceName: null, limit: 1, stopping);
        if (left.Count == 0) return IdleCheck;
        var wait = left[0].NextAttemptUtc - _clock.GetUtcNow();
        return wait < FirstDelay ? FirstDelay : wait > IdleCheck ? IdleCheck : wait;
    }

    private async Task<HubCleanupResult> PostponeAsync(
        HubCleanup entry, string problem, HubCallException? refusal, CancellationToken cancellationToken)
    {
        var delay = FirstDelay * Math.Pow(2, Math.Min(entry.Attempts, 20));
        var next = _clock.GetUtcNow() + (delay < LongestDelay ? delay : LongestDelay);
        var later = entry with { Attempts = entry.Attempts + 1, NextAttemptUtc = next, Problem = problem };

        // Only where it still stands: a device that came back takes its entry off the list.
        await _store.CommitAsync([new PutHubCleanup(later, OnlyIfPresent: true)], cancellationToken);
        if (later.Attempts == AlertAttempt && refusal is not null)
        {
            _faults.Report(
                $"deleting '{entry.DeviceId}' in '{entry.HubHostName}', which the device has left ({AlertAttempt} attempts failed)",
                refusal);
        }

        _wake.Writer.TryWrite(true);
        return new HubCleanupResult(later, IsDone: false, $"{problem.TrimEnd('.')}. It is tried again in the background.");
    }

    private static (string Hub, string DeviceId) Key(string hub, string deviceId) => (hub.ToLowerInvariant(), deviceId);
}
