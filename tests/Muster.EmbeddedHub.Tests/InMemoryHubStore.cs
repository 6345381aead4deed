using System.Collections.Concurrent;
using Muster.EmbeddedHub.Hubs;
using Muster.EmbeddedHub.Identities;
using Muster.EmbeddedHub.Storage;

namespace Muster.EmbeddedHub.Tests;

/// <summary>A store that keeps bytes, as the real ones do. <see cref="BeforeWrite"/> lets a test come between read and write.</summary>
internal sealed class InMemoryHubStore : IEmbeddedHubStore
{
    private readonly ConcurrentDictionary<string, byte[]> _hubs = new(StringComparer.Ordinal);
    private readonly SortedDictionary<(string Host, string Id), byte[]> _devices = new(Comparer<(string Host, string Id)>.Create(Compare));
    private readonly Lock _lock = new();

    public Action? BeforeWrite { get; set; }

    public Exception? Failure { get; set; }

    public Task<IReadOnlyList<EmbeddedHubDescription>> ListHubsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<EmbeddedHubDescription>>(
            [.. _hubs.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => EmbeddedHubJson.DeserializeHub(pair.Value))]);

    public Task<EmbeddedHubDescription?> FindHubAsync(string hostName, CancellationToken cancellationToken) =>
        Task.FromResult(_hubs.TryGetValue(hostName, out var bytes) ? EmbeddedHubJson.DeserializeHub(bytes) : null);

    public Task PutHubAsync(EmbeddedHubDescription hub, CancellationToken cancellationToken)
    {
        _hubs[hub.HostName] = EmbeddedHubJson.Serialize(hub);
        return Task.CompletedTask;
    }

    public Task<HubDevice?> FindDeviceAsync(string hostName, string deviceId, CancellationToken cancellationToken)
    {
        if (Failure is not null) throw Failure;
        lock (_lock) return Task.FromResult(Find(hostName, deviceId));
    }

    public Task<bool> TryInsertDeviceAsync(string hostName, HubDevice device, CancellationToken cancellationToken)
    {
        lock (_lock) return Task.FromResult(_devices.TryAdd((hostName, device.Identity.DeviceId), EmbeddedHubJson.Serialize(device)));
    }

    public Task<bool> TryReplaceDeviceAsync(string hostName, HubDevice device, long expectedRevision, CancellationToken cancellationToken)
    {
        BeforeWrite?.Invoke();
        lock (_lock)
        {
            if (Find(hostName, device.Identity.DeviceId)?.Revision != expectedRevision) return Task.FromResult(false);
            _devices[(hostName, device.Identity.DeviceId)] = EmbeddedHubJson.Serialize(device);
            return Task.FromResult(true);
        }
    }

    public Task<bool> TryDeleteDeviceAsync(string hostName, string deviceId, long expectedRevision, CancellationToken cancellationToken)
    {
        BeforeWrite?.Invoke();
        lock (_lock)
        {
            if (Find(hostName, deviceId)?.Revision != expectedRevision) return Task.FromResult(false);
            return Task.FromResult(_devices.Remove((hostName, deviceId)));
        }
    }

    public Task<IReadOnlyList<HubDevice>> ListDevicesAsync(string hostName, int top, CancellationToken cancellationToken)
    {
        lock (_lock) return Task.FromResult<IReadOnlyList<HubDevice>>([.. Devices(hostName).Take(top)]);
    }

    public Task<HubDeviceCounts> CountDevicesAsync(string hostName, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var enabled = Devices(hostName).Count(device => device.Identity.Status == DeviceStatus.Enabled);
            return Task.FromResult(new HubDeviceCounts(enabled, Devices(hostName).Count() - enabled));
        }
    }

    private IEnumerable<HubDevice> Devices(string hostName) =>
        _devices.Where(pair => pair.Key.Host == hostName).Select(pair => EmbeddedHubJson.DeserializeDevice(pair.Value));

    private HubDevice? Find(string hostName, string deviceId) =>
        _devices.TryGetValue((hostName, deviceId), out var bytes) ? EmbeddedHubJson.DeserializeDevice(bytes) : null;

    private static int Compare((string Host, string Id) left, (string Host, string Id) right)
    {
        var byHost = string.CompareOrdinal(left.Host, right.Host);
        return byHost != 0 ? byHost : string.CompareOrdinal(left.Id, right.Id);
    }
}
