using System.Collections.Concurrent;
using Muster.Core.Audit;
using Muster.Core.Errors;
using Muster.Core.Instances;
using Muster.Core.Networking;

namespace Muster.Portal.Instances;

/// <summary>
/// Network changes that lock their author out go back by themselves unless they are confirmed in time (portal P13). One waits per
/// instance; a restart keeps what is in force. Safe for use by several threads.
/// </summary>
/// <param name="instances">Core's rules for instances.</param>
/// <param name="faults">Receives what should not happen.</param>
/// <param name="time">The clock.</param>
public sealed class NetworkRollbacks(InstanceService instances, IFaultLog faults, TimeProvider time) : IDisposable
{
    /// <summary>How long a change waits to be confirmed.</summary>
    public static readonly TimeSpan Wait = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, Pending> _pending = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>When the change of an instance goes back; null when none waits.</summary>
    public DateTimeOffset? DueAt(string instance) => _pending.TryGetValue(instance, out var pending) ? pending.DueAt : null;

    /// <summary>Lets a change go back to <paramref name="before"/>; a change that waited already goes back to what was before it.</summary>
    public void Arm(string instance, NetworkRules before)
    {
        if (_pending.TryRemove(instance, out var earlier))
        {
            earlier.Timer.Dispose();
            before = earlier.Before;
        }

        var timer = time.CreateTimer(_ => _ = RunSafelyAsync(instance), state: null, Wait, Timeout.InfiniteTimeSpan);
        _pending[instance] = new Pending(before, time.GetUtcNow() + Wait, timer);
    }

    /// <summary>Keeps the change.</summary>
    public void Confirm(string instance)
    {
        if (_pending.TryRemove(instance, out var pending)) pending.Timer.Dispose();
    }

    /// <summary>Takes the change back now; nothing when none waits.</summary>
    public async Task<Refusal?> RunAsync(AuditCaller caller, string instance)
    {
        if (!_pending.TryRemove(instance, out var pending)) return null;
        await pending.Timer.DisposeAsync();
        return await instances.SetNetworkAsync(caller, instance, pending.Before, ifETag: null, CancellationToken.None);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var pending in _pending.Values) pending.Timer.Dispose();
    }

    private async Task RunSafelyAsync(string instance)
    {
        try
        {
            await RunAsync(AuditCaller.Process, instance);
        }
#pragma warning disable CA1031 // Nobody awaits a timer.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            faults.Report($"taking back the networking change of '{instance}'", exception);
        }
    }

    private sealed record Pending(NetworkRules Before, DateTimeOffset DueAt, ITimer Timer);
}
