using System.Collections.Concurrent;
using Muster.Core.Errors;
using Muster.Core.Instances;

namespace Muster.Core.Quotas;

/// <summary>
/// Holds callers to the rates of an instance's <see cref="ProvisioningInstance.Quotas"/>. Rates are counted by this process alone; limits that
/// change take effect with the next call. Where an instance has no limits, nothing is counted.
/// </summary>
/// <param name="time">The clock.</param>
public sealed class InstanceLimiter(TimeProvider time)
{
    /// <summary>From how many buckets on those that are full again are dropped.</summary>
    private const int SweepAt = 10_000;

    private readonly ConcurrentDictionary<(string Instance, string Device, Rate Rate), TokenBucket> _buckets = new();
    private int _nextSweep = SweepAt;

    private enum Rate
    {
        ServiceOperations,
        DeviceRegistrations,
        DevicePolls,
    }

    /// <summary>Counts a call of the service API; the refusal 429001 when it comes too soon.</summary>
    public Refusal? CheckServiceOperation(ProvisioningInstance instance) =>
        Check(instance, "", Rate.ServiceOperations, instance.Quotas?.ServiceOperations);

    /// <summary>Counts a register or a status lookup of a device; the refusal 429001 when it comes too soon (behaviour B-13).</summary>
    public Refusal? CheckRegistration(ProvisioningInstance instance) =>
        Check(instance, "", Rate.DeviceRegistrations, instance.Quotas?.DeviceRegistrations);

    /// <summary>Counts an operation lookup of one device; the refusal 429001 when it comes too soon.</summary>
    public Refusal? CheckPoll(ProvisioningInstance instance, string registrationId) =>
        Check(instance, registrationId, Rate.DevicePolls, instance.Quotas?.DevicePolls);

    private Refusal? Check(ProvisioningInstance instance, string device, Rate rate, RateLimit? limit)
    {
        if (limit is null) return null;
        var key = (instance.Name.ToUpperInvariant(), device.ToUpperInvariant(), rate);
        var bucket = _buckets.GetOrAdd(key, static (_, made) => new TokenBucket(made.limit, made.time), (limit, time));
        if (bucket.Limit != limit) _buckets[key] = bucket = new TokenBucket(limit, time);
        if (_buckets.Count >= Volatile.Read(ref _nextSweep)) Sweep();
        return bucket.TryTake() is { } wait ? Refusals.Throttled(wait) : null;
    }

    // Devices come and go; those that have not called for a while leave nothing behind.
    private void Sweep()
    {
        foreach (var (key, bucket) in _buckets)
        {
            if (bucket.IsFull) _buckets.TryRemove(new(key, bucket));
        }

        Volatile.Write(ref _nextSweep, Math.Max(SweepAt, 2 * _buckets.Count));
    }
}
