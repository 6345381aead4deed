using System.Security.Cryptography;
using Muster.Core.Audit;
using Muster.Core.Concurrency;
using Muster.Core.Store;

namespace Muster.Core.Instances;

/// <summary>
/// The instances this process serves, as a snapshot in memory: every request looks one up. Writes go through here and renew the
/// snapshot; <see cref="LoadAsync"/> picks up what other processes wrote.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="time">The clock.</param>
public sealed class InstanceDirectory(IProvisioningStore store, TimeProvider time)
{
    /// <summary>Name of the instance that a fresh data folder gets, and that answers hosts that no instance claims.</summary>
    public const string DefaultName = "default";

    private readonly KeyedLock<int> _loads = new();
    private volatile Snapshot _snapshot = Snapshot.Of([]);

    /// <summary>Raised after the snapshot was renewed, on the thread of whoever did that: whoever keeps verdicts judges anew.</summary>
    public event EventHandler? Changed;

    /// <summary>All instances, oldest first.</summary>
    public IReadOnlyList<ProvisioningInstance> Instances => _snapshot.Instances;

    /// <summary>Reads all instances from the store.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        // One after another: a slow load must not put an older snapshot over a newer one.
        using var turn = await _loads.AcquireAsync(0, cancellationToken);
        _snapshot = Snapshot.Of(await store.ListInstancesAsync(cancellationToken));
        Changed?.Invoke(this, EventArgs.Empty);
    }

    /// <summary>Loads the instances and makes the default one, with a fresh ID scope and owner policy, when there is none yet.</summary>
    /// <returns>The default instance.</returns>
    public async Task<ProvisioningInstance> EnsureDefaultAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await LoadAsync(cancellationToken);
            if (_snapshot.Default is { } existing) return existing;

            var now = time.GetUtcNow();
            var created = new ProvisioningInstance
            {
                Name = DefaultName,
                IdScope = NewIdScope(),
                ServiceHostNames = [],
                AccessPolicies = [AccessPolicy.CreateOwner(now)],
                CreatedUtc = now,
                ETag = ETag.Create(now),
            };

            // On a conflict another process was first: its instance is the default.
            await PutAsync(AuditCaller.Process, before: null, created, cancellationToken);
        }
    }

    /// <summary>Writes an instance and renews the snapshot.</summary>
    /// <param name="caller">Who asks, for the audit entry that is committed with the change.</param>
    /// <param name="before">What must be in the store, told by its etag; null means that it must not exist.</param>
    /// <param name="after">The instance, with its new etag.</param>
    /// <param name="cancellationToken">Gives up before the commit.</param>
    public async Task<CommitOutcome> PutAsync(
        AuditCaller caller, ProvisioningInstance? before, ProvisioningInstance after, CancellationToken cancellationToken)
    {
        var entry = InstanceAudit.Written(caller, before, after, time.GetUtcNow());
        var outcome = await store.CommitAsync([new PutInstance(after, before?.ETag), new AppendAuditEntry(entry)], cancellationToken);
        await LoadAsync(cancellationToken);
        return outcome;
    }

    /// <summary>
    /// The instance that serves <paramref name="host"/>: the one that names it, else the default one. Null only before the first load.
    /// </summary>
    /// <param name="host">The request's host, with or without port, in any case.</param>
    public ProvisioningInstance? FindByServiceHost(string host)
    {
        var snapshot = _snapshot;
        return snapshot.ByHost.GetValueOrDefault(host)
            ?? snapshot.ByHost.GetValueOrDefault(WithoutPort(host))
            ?? snapshot.Default;
    }

    /// <summary>The instance of an ID scope, without case; null when there is none.</summary>
    public ProvisioningInstance? FindByIdScope(string idScope) => _snapshot.ByIdScope.GetValueOrDefault(idScope);

    /// <summary>The instance of a name, without case; null when there is none.</summary>
    public ProvisioningInstance? FindByName(string name) =>
        Instances.FirstOrDefault(instance => instance.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>A random ID scope: <c>0ne</c> and eight characters (behaviour B-1).</summary>
    public static string NewIdScope() => "0ne" + Convert.ToHexString(RandomNumberGenerator.GetBytes(4));

    private static string WithoutPort(string host)
    {
        var colon = host.LastIndexOf(':');
        return colon < 0 || host.EndsWith(']') ? host : host[..colon];
    }

    private sealed record Snapshot(
        IReadOnlyList<ProvisioningInstance> Instances,
        IReadOnlyDictionary<string, ProvisioningInstance> ByHost,
        IReadOnlyDictionary<string, ProvisioningInstance> ByIdScope,
        ProvisioningInstance? Default)
    {
        public static Snapshot Of(IReadOnlyList<ProvisioningInstance> instances)
        {
            var byHost = new Dictionary<string, ProvisioningInstance>(StringComparer.OrdinalIgnoreCase);
            var byIdScope = new Dictionary<string, ProvisioningInstance>(StringComparer.OrdinalIgnoreCase);
            foreach (var instance in instances)
            {
                byIdScope.TryAdd(instance.IdScope, instance);
                foreach (var host in instance.ServiceHostNames) byHost.TryAdd(host, instance);
            }

            var fallback = instances.FirstOrDefault(instance => instance.Name.Equals(DefaultName, StringComparison.OrdinalIgnoreCase));
            return new Snapshot(instances, byHost, byIdScope, fallback);
        }
    }
}
