using Muster.EmbeddedHub.Hubs;

namespace Muster.EmbeddedHub.Storage;

/// <summary>
/// Where embedded hubs keep their descriptions and devices. Host names arrive in lower case; device ids compare by case
/// (ordinal). A write that returned is durable. Failures of the medium are exceptions.
/// </summary>
public interface IEmbeddedHubStore
{
    /// <summary>Every hub, ordered by host name.</summary>
    Task<IReadOnlyList<EmbeddedHubDescription>> ListHubsAsync(CancellationToken cancellationToken);

    /// <summary>The hub of this host name, or null.</summary>
    Task<EmbeddedHubDescription?> FindHubAsync(string hostName, CancellationToken cancellationToken);

    /// <summary>Inserts or replaces a hub description by its host name.</summary>
    Task PutHubAsync(EmbeddedHubDescription hub, CancellationToken cancellationToken);

    /// <summary>The device, or null.</summary>
    Task<HubDevice?> FindDeviceAsync(string hostName, string deviceId, CancellationToken cancellationToken);

    /// <summary>Inserts the device; false, and nothing changed, when the hub already has this device id.</summary>
    Task<bool> TryInsertDeviceAsync(string hostName, HubDevice device, CancellationToken cancellationToken);

    /// <summary>
    /// Replaces the stored device by <paramref name="device"/>, whose revision is already the new one; false, and nothing
    /// changed, when the device is gone or its stored revision is not <paramref name="expectedRevision"/>.
    /// </summary>
    Task<bool> TryReplaceDeviceAsync(string hostName, HubDevice device, long expectedRevision, CancellationToken cancellationToken);

    /// <summary>Deletes the device; false when it is gone or its stored revision is not <paramref name="expectedRevision"/>.</summary>
    Task<bool> TryDeleteDeviceAsync(string hostName, string deviceId, long expectedRevision, CancellationToken cancellationToken);

    /// <summary>The first <paramref name="top"/> devices of a hub in ordinal order of their ids.</summary>
    Task<IReadOnlyList<HubDevice>> ListDevicesAsync(string hostName, int top, CancellationToken cancellationToken);

    /// <summary>How many devices a hub has, by <see cref="Identities.DeviceIdentity.Status"/>.</summary>
    Task<HubDeviceCounts> CountDevicesAsync(string hostName, CancellationToken cancellationToken);
}
