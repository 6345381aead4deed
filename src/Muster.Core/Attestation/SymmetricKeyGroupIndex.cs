using System.Collections.Concurrent;
using Muster.Core.Enrollments;
using Muster.Core.Secrets;
using Muster.Core.Store;

namespace Muster.Core.Attestation;

/// <summary>
/// The symmetric-key groups of an instance by key, decoded once. A token names no group, so every key must be tried; groups that
/// hold the same key stand together, because only there can two groups admit the same device.
/// </summary>
public sealed class SymmetricKeyGroupIndex
{
    private readonly IProvisioningStore _store;
    private readonly ConcurrentDictionary<string, Snapshot> _snapshots = new(StringComparer.Ordinal);

    /// <summary>Makes an index over the store.</summary>
    public SymmetricKeyGroupIndex(IProvisioningStore store) => _store = store;

    /// <summary>Every distinct key with the groups that hold it, in the order of the oldest group, primary keys before secondary keys.</summary>
    public async ValueTask<IReadOnlyList<Entry>> GetAsync(string instanceName, CancellationToken cancellationToken)
    {
        // The revision is read before the groups: a group written in between makes the next reader load again.
        var revision = await _store.GetGroupsRevisionAsync(instanceName, cancellationToken);
        if (_snapshots.TryGetValue(instanceName, out var known) && known.Revision == revision) return known.Entries;

        var groups = await _store.ListGroupsAsync(instanceName, AttestationType.SymmetricKey, cancellationToken);
        var byKey = new Dictionary<Secret, List<EnrollmentGroup>>();
        foreach (var group in groups)
        {
            var keys = ((SymmetricKeyAttestation)group.Attestation).Keys;
            Add(keys.Primary, group);
            if (!keys.Secondary.Equals(keys.Primary)) Add(keys.Secondary, group);
        }

        var snapshot = new Snapshot(revision, [.. byKey.Select(pair => new Entry(Convert.FromBase64String(pair.Key.Reveal()), pair.Value))]);
        _snapshots[instanceName] = snapshot;
        return snapshot.Entries;

        void Add(Secret key, EnrollmentGroup group)
        {
            if (byKey.TryGetValue(key, out var holders)) holders.Add(group);
            else byKey.Add(key, [group]);
        }
    }

    /// <summary>A key and the groups that hold it, oldest first.</summary>
    /// <param name="Key">The decoded key.</param>
    /// <param name="Groups">At least one.</param>
    public sealed record Entry(byte[] Key, IReadOnlyList<EnrollmentGroup> Groups);

    private sealed record Snapshot(long Revision, IReadOnlyList<Entry> Entries);
}
