using Muster.EmbeddedHub.Errors;
using Muster.EmbeddedHub.Hubs;
using Muster.EmbeddedHub.Identities;

namespace Muster.EmbeddedHub.Storage;

/// <summary>
/// Reads and changes device documents: read, change, write, and again when another writer came between. The change sees the
/// fresh device every time, so a condition it checks holds for what it replaces.
/// </summary>
internal sealed class DeviceDocuments(IEmbeddedHubStore store)
{
    // Of writers that contend one always gets through; so many losses in a row mean a store that cannot make progress.
    private const int MaxAttempts = 100;

    /// <summary>The refusal for a device that is not there.</summary>
    public static HubError NotFound(string deviceId) => HubErrors.DeviceNotFound.Because($"Device {deviceId} is not registered.");

    /// <summary>The refusal for an etag that is not the current one.</summary>
    public static HubError StaleETag(string deviceId) =>
        HubErrors.PreconditionFailed.Because($"The etag in If-Match is not the current etag of device {deviceId}.");

    /// <summary>Reads a device.</summary>
    public async Task<HubResult<HubDevice>> FindAsync(EmbeddedHubDescription hub, string deviceId, CancellationToken cancellationToken)
    {
        if (DeviceIds.Check(deviceId) is { } problem) return problem;
        var device = await store.FindDeviceAsync(hub.HostName, deviceId, cancellationToken);
        return device is null ? NotFound(deviceId) : device;
    }

    /// <summary>Replaces a device by what <paramref name="change"/> makes of it; its refusal ends the work.</summary>
    public async Task<HubResult<HubDevice>> ReplaceAsync(
        EmbeddedHubDescription hub,
        string deviceId,
        Func<HubDevice, HubResult<HubDevice>> change,
        CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var current = await store.FindDeviceAsync(hub.HostName, deviceId, cancellationToken);
            if (current is null) return NotFound(deviceId);
            var changed = change(current);
            if (!changed.IsSuccess) return changed;
            var next = changed.Value with { Revision = current.Revision + 1 };
            if (await store.TryReplaceDeviceAsync(hub.HostName, next, current.Revision, cancellationToken)) return next;
        }

        return Busy(deviceId);
    }

    /// <summary>Deletes a device whose identity's etag meets <paramref name="condition"/>.</summary>
    public async Task<HubResult<HubDevice>> DeleteAsync(
        EmbeddedHubDescription hub,
        string deviceId,
        ETagCondition condition,
        CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var current = await store.FindDeviceAsync(hub.HostName, deviceId, cancellationToken);
            if (current is null) return NotFound(deviceId);
            if (!condition.Matches(current.Identity.ETag)) return StaleETag(deviceId);
            if (await store.TryDeleteDeviceAsync(hub.HostName, deviceId, current.Revision, cancellationToken)) return current;
        }

        return Busy(deviceId);
    }

    private static HubError Busy(string deviceId) =>
        HubErrors.ServerBusy.Because($"Too many writers change device {deviceId} at once. Try again.");
}
