using System.Collections.Concurrent;
using Muster.Core.Errors;
using Muster.Core.Instances;

namespace Muster.Core.Quotas;

/// <summary>
/// Holds callers to the rates of an instance's <see cref="ProvisioningInstance.Quotas"/>. Rates are counted by this process alone; limits that
/// change take effect with the next call. Calls of the last minute are counted whether there are limits or not.
/// </summary>
/// <param name="time">The clock.</param>
public sealed class InstanceLimiter(TimeProvider time)
{
    /// <summary>From how many buckets on those that are full again are dropped.</summary>
    private const int SweepAt = 10_000;

    private readonly ConcurrentDictionary<(string Instance, string Device, Rate Rate), TokenBucket> _buckets = new();
    private readonly ConcurrentDictionary<string, Meters> _meters = new(StringComparer.OrdinalIgnoreCase);
    private int _nextSweep = SweepAt;

    private enum Rate
    {
        ServiceOperations,
        DeviceRegistrations,
        DevicePolls,
    }

    /// <summary>Counts a call of the service API; the refusal 429001 when it comes too soon.</summary>
    public Refusal? CheckServiceOperation(ProvisioningInstance instance) =>
        Counted(
            instance, Check(instance, "", Rate.ServiceOperations, instance.Quotas?.ServiceOperations), static meters => meters.ServiceOperations);

    /// <summary>Counts a register or a status lookup of a device; the refusal 429001 when it comes too soon (behaviour B-13).</summary>
    public Refusal? CheckRegistration(ProvisioningInstance instance) =>
        Counted(
            instance, Check(instance, "", Rate.DeviceRegistrations, instance.Quotas?.DeviceRegistrations), static meters => meters.DeviceRegistrations);

    /// <summary>Counts an operation lookup of one device; the refusal 429001 when it comes too soon.</summary>
    public Refusal? CheckPoll(ProvisioningInstance instance, string registrationId) =>
        Counted(instance, Check(instance, registrationId, Rate.DevicePolls, instance.Quotas?.DevicePolls), static _ => null);

    /// <summary>How often this process was called for an instance in the last minute.</summary>
    public MinuteUsage LastMinute(string instance) => _meters.TryGetValue(instance, out var meters)
        ? new(meters.ServiceOperations.LastMinute, meters.DeviceRegistrations.LastMinute, meters.Throttled.LastMinute)
        : new(0, 0, 0);

    private Refusal? Counted(ProvisioningInstance instance, Refusal? refusal, Func<Meters, MinuteMeter?> passed)
    {
        var meters = _meters.GetOrAdd(instance.Name, static (_, time) => new Meters(new(time), new(time), new(time)), time);
        (refusal is null ? passed(meters) : meters.Throttled)?.Count();
        return refusal;
    }

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

    private sealed record Meters(MinuteMeter ServiceOperations, MinuteMeter DeviceRegistrations, MinuteMeter Throttled);
}
