using System.Collections.Concurrent;

namespace Muster.Core.Attestation.Tpm;

/// <summary>
/// The keys that TPMs were asked to sign with, in memory (tpm-attestation 10.1). Whoever knows a device's public keys can ask for
/// challenges, so several stand beside each other, and none displaces those of another source before its time.
/// </summary>
public sealed class TpmChallenges
{
    /// <summary>Most unanswered challenges of one device that one source address holds; its oldest goes first.</summary>
    public const int MaxPerSource = 8;

    /// <summary>Most unanswered challenges of one device; then the source with the most loses its oldest.</summary>
    public const int MaxPerDevice = 64;

    private const int AddsBetweenSweeps = 256;

    private readonly TpmOptions _options;
    private readonly TimeProvider _clock;
    private readonly ConcurrentDictionary<(string Instance, string Id), List<Challenge>> _byDevice = new();
    private int _adds;

    /// <summary>Makes an empty set.</summary>
    public TpmChallenges(TpmOptions options, TimeProvider clock)
    {
        _options = options;
        _clock = clock;
    }

    /// <summary>Remembers a challenge.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="registrationId">The device; compared without case.</param>
    /// <param name="keys">The TPM's keys.</param>
    /// <param name="nonce">The key that it will sign with.</param>
    /// <param name="source">The address that asked; may be empty.</param>
    public void Add(string instance, string registrationId, TpmKeys keys, byte[] nonce, string source)
    {
        if (Interlocked.Increment(ref _adds) % AddsBetweenSweeps == 0) Sweep();
        var added = new Challenge(keys, nonce, source, _clock.GetUtcNow() + _options.ChallengeLifetime);
        while (true)
        {
            var list = _byDevice.GetOrAdd(KeyOf(instance, registrationId), _ => []);
            lock (list)
            {
                // A list that was swept away meanwhile is not the device's any more.
                if (!_byDevice.TryGetValue(KeyOf(instance, registrationId), out var current) || current != list) continue;
                DropExpired(list);
                if (list.Count(one => one.Source == source && !one.IsProven) >= MaxPerSource)
                    list.Remove(list.First(one => one.Source == source && !one.IsProven));
                if (list.Count >= MaxPerDevice)
                    list.Remove(list.GroupBy(one => one.Source, StringComparer.Ordinal).MaxBy(group => group.Count())!.First());
                list.Add(added);
                return;
            }
        }
    }

    /// <summary>Finds the challenge that a signature answers, and keeps it alone for the operation that it begins.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="registrationId">The device.</param>
    /// <param name="endorsement">The key as enrolled now; challenges for another one count no more.</param>
    /// <param name="isSignedWith">Whether a key made the signature; compares in constant time.</param>
    /// <param name="outstanding">How many challenges were tried.</param>
    /// <returns>The keys of the TPM that proved itself; null when no challenge fits.</returns>
    public TpmKeys? Prove(
        string instance, string registrationId, TpmPublicArea endorsement, Func<byte[], bool> isSignedWith, out int outstanding)
    {
        outstanding = 0;
        if (!_byDevice.TryGetValue(KeyOf(instance, registrationId), out var list)) return null;
        lock (list)
        {
            DropExpired(list);
            list.RemoveAll(one => !one.Keys.Endorsement.Encoded.Span.SequenceEqual(endorsement.Encoded.Span));
            outstanding = list.Count;
            if (list.FirstOrDefault(one => isSignedWith(one.Nonce)) is not { } answered) return null;
            if (!answered.IsProven)
            {
                list.Clear();
                list.Add(answered with { IsProven = true, ExpiresUtc = _clock.GetUtcNow() + _options.ProofLifetime });
            }

            return answered.Keys;
        }
    }

    /// <summary>The device has its final answer: the proof serves repeated polls for the life of a challenge, and then it goes.</summary>
    public void Settle(string instance, string registrationId)
    {
        if (!_byDevice.TryGetValue(KeyOf(instance, registrationId), out var list)) return;
        var end = _clock.GetUtcNow() + _options.ChallengeLifetime;
        lock (list)
        {
            for (var index = 0; index < list.Count; index++)
            {
                if (list[index].IsProven && list[index].ExpiresUtc > end) list[index] = list[index] with { ExpiresUtc = end };
            }
        }
    }

    private void Sweep()
    {
        foreach (var (key, list) in _byDevice)
        {
            lock (list)
            {
                DropExpired(list);
                if (list.Count == 0) _byDevice.TryRemove(KeyValuePair.Create(key, list));
            }
        }
    }

    private void DropExpired(List<Challenge> list)
    {
        var now = _clock.GetUtcNow();
        list.RemoveAll(one => one.ExpiresUtc <= now);
    }

    private static (string Instance, string Id) KeyOf(string instance, string registrationId) => (instance, registrationId.ToLowerInvariant());

    private sealed record Challenge(TpmKeys Keys, byte[] Nonce, string Source, DateTimeOffset ExpiresUtc)
    {
        public bool IsProven { get; init; }
    }
}
