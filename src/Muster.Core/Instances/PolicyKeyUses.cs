using System.Collections.Concurrent;
using System.Net;
using Muster.Core.Errors;
using Muster.Core.Networking;
using Muster.Core.Store;

namespace Muster.Core.Instances;

/// <summary>
/// Remembers when and from where each key of the access policies was used last, so that nobody deletes or regenerates one that is
/// needed (portal P12, 6.B). A request only notes it in memory; the store is told once a minute and when the server stops. Safe for
/// use by many threads.
/// </summary>
/// <param name="store">Keeps the uses over a restart.</param>
/// <param name="time">The clock.</param>
public sealed class PolicyKeyUses(IProvisioningStore store, TimeProvider time)
{
    /// <summary>How often uses are written: at most this often per key.</summary>
    public static readonly TimeSpan WriteInterval = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Entry> _uses = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Takes over what the store knows.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        foreach (var use in await store.ListPolicyKeyUsesAsync(cancellationToken))
            _uses[NameOf(use.InstanceName, use.PolicyName, use.KeyId)] = new Entry { Latest = use, Written = use };
    }

    /// <summary>Notes that a key admitted a request just now.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="policy">The policy.</param>
    /// <param name="isPrimary">Which of its keys.</param>
    /// <param name="address">Where the request came from; null when unknown.</param>
    public void Note(ProvisioningInstance instance, AccessPolicy policy, bool isPrimary, IPAddress? address)
    {
        var keyId = PolicyKeyUse.IdOf(policy.KeyOf(isPrimary));
        var entry = _uses.GetOrAdd(NameOf(instance.Name, policy.Name, keyId), static _ => new Entry());

        var plain = address is null ? null : IpFilterRule.Plain(address).ToString();
        entry.Latest = new PolicyKeyUse(instance.Name, policy.Name, keyId, time.GetUtcNow(), plain);
    }

    /// <summary>The last use of a key; null when there was none.</summary>
    public PolicyKeyUse? Find(string instanceName, AccessPolicy policy, bool isPrimary) =>
        _uses.GetValueOrDefault(NameOf(instanceName, policy.Name, PolicyKeyUse.IdOf(policy.KeyOf(isPrimary))))?.Latest;

    /// <summary>Writes the uses that the store does not know yet, in one commit.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        var fresh = _uses.Values.Select(entry => (Entry: entry, Use: entry.Latest)).Where(one => one.Use is not null && one.Use != one.Entry.Written).ToList();
        if (fresh.Count == 0) return;
        await store.CommitAsync([.. fresh.Select(one => new PutPolicyKeyUse(one.Use!))], cancellationToken);
        foreach (var (entry, use) in fresh) entry.Written = use;
    }

    /// <summary>Writes once per <see cref="WriteInterval"/> until <paramref name="stopping"/>, and then what is left.</summary>
    /// <param name="faults">Receives failures to write; the next turn tries again.</param>
    /// <param name="stopping">Ends the waiting.</param>
    public async Task RunAsync(IFaultLog faults, CancellationToken stopping)
    {
        bool goesOn;
        do
        {
            await Task.Delay(WriteInterval, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            goesOn = !stopping.IsCancellationRequested;
            try
            {
                await WriteAsync(CancellationToken.None);
            }
            catch (Exception exception)
            {
                faults.Report("writing when access keys were last used", exception);
            }
        }
        while (goesOn);
    }

    // Names of instances and policies have no line breaks.
    private static string NameOf(string instance, string policy, string keyId) => $"{instance}\n{policy}\n{keyId}";

    private sealed class Entry
    {
        private volatile PolicyKeyUse? _latest;

        public PolicyKeyUse? Latest
        {
            get => _latest;
            set => _latest = value;
        }

        /// <summary>What the store has; touched by the writer alone.</summary>
        public PolicyKeyUse? Written { get; set; }
    }
}
