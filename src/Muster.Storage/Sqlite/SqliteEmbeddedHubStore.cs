using Dapper;
using Muster.EmbeddedHub.Hubs;
using Muster.EmbeddedHub.Identities;
using Muster.EmbeddedHub.Storage;
using Muster.Storage.Secrets;

namespace Muster.Storage.Sqlite;

/// <summary>
/// The embedded hubs' store over the same database and writer as the provisioning store. Documents are encrypted whole, each for its
/// own place, so that none can be passed off as another's. Safe for use by many threads.
/// </summary>
/// <param name="database">The database; this store does not close it.</param>
public sealed class SqliteEmbeddedHubStore(SqliteDatabase database) : IEmbeddedHubStore
{
    private readonly SqliteReadPool _readers = database.Readers;
    private readonly SqliteWriter _writer = database.Writer;
    private readonly SecretProtector _protector = database.Protector;

    /// <inheritdoc/>
    public Task<IReadOnlyList<EmbeddedHubDescription>> ListHubsAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<IReadOnlyList<EmbeddedHubDescription>>(cancellationToken);
        var rows = _readers.Read(0, static (session, _) => session.Connection
            .Query<(string HostName, byte[] Document)>("SELECT host_name, document FROM embedded_hubs ORDER BY host_name").AsList());
        return Task.FromResult<IReadOnlyList<EmbeddedHubDescription>>([.. rows.Select(row => OpenHub(row.HostName, row.Document))]);
    }

    /// <inheritdoc/>
    public Task<EmbeddedHubDescription?> FindHubAsync(string hostName, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<EmbeddedHubDescription?>(cancellationToken);
        var document = _readers.Read(
            hostName, static (session, host) => session.Document("SELECT document FROM embedded_hubs WHERE host_name = ?1", host));
        return Task.FromResult(document is null ? null : OpenHub(hostName, document));
    }

    /// <inheritdoc/>
    public Task PutHubAsync(EmbeddedHubDescription hub, CancellationToken cancellationToken)
    {
        var document = _protector.Protect(HubPurpose(hub.HostName), EmbeddedHubJson.Serialize(hub));
        return _writer.RunAsync(
            session => session.Execute(
                """
                INSERT INTO embedded_hubs (host_name, document) VALUES (?1, ?2)
                ON CONFLICT (host_name) DO UPDATE SET document = ?2
                """,
                hub.HostName, document),
            null,
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<HubDevice?> FindDeviceAsync(string hostName, string deviceId, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<HubDevice?>(cancellationToken);
        var document = _readers.Read(
            (hostName, deviceId),
            static (session, key) => session.Document(
                "SELECT document FROM embedded_hub_devices WHERE hub = ?1 AND device_id = ?2", key.hostName, key.deviceId));
        return Task.FromResult(document is null ? null : OpenDevice(hostName, deviceId, document));
    }

    /// <inheritdoc/>
    public Task<bool> TryInsertDeviceAsync(string hostName, HubDevice device, CancellationToken cancellationToken)
    {
        var document = Seal(hostName, device);
        return _writer.RunAsync(
            session => session.Execute(
                """
                INSERT INTO embedded_hub_devices (hub, device_id, revision, status, document) VALUES (?1, ?2, ?3, ?4, ?5)
                ON CONFLICT (hub, device_id) DO NOTHING
                """,
                hostName, device.Identity.DeviceId, device.Revision, StatusText(device), document) == 1,
            null,
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<bool> TryReplaceDeviceAsync(
        string hostName, HubDevice device, long expectedRevision, CancellationToken cancellationToken)
    {
        var document = Seal(hostName, device);
        return _writer.RunAsync(
            session => session.Execute(
                """
                UPDATE embedded_hub_devices SET revision = ?3, status = ?4, document = ?5
                WHERE hub = ?1 AND device_id = ?2 AND revision = ?6
                """,
                hostName, device.Identity.DeviceId, device.Revision, StatusText(device), document, expectedRevision) == 1,
            null,
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<bool> TryDeleteDeviceAsync(
        string hostName, string deviceId, long expectedRevision, CancellationToken cancellationToken) => _writer.RunAsync(
        session => session.Execute(
            "DELETE FROM embedded_hub_devices WHERE hub = ?1 AND device_id = ?2 AND revision = ?3",
            hostName, deviceId, expectedRevision) == 1,
        null,
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<HubDevice>> ListDevicesAsync(string hostName, int top, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(top);
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<IReadOnlyList<HubDevice>>(cancellationToken);
        var rows = _readers.Read((hostName, top), static (session, page) => session.Connection
            .Query<(string DeviceId, byte[] Document)>(
                "SELECT device_id, document FROM embedded_hub_devices WHERE hub = @hostName ORDER BY device_id LIMIT @top",
                new { page.hostName, page.top })
            .AsList());
        return Task.FromResult<IReadOnlyList<HubDevice>>([.. rows.Select(row => OpenDevice(hostName, row.DeviceId, row.Document))]);
    }

    /// <inheritdoc/>
    public Task<HubDeviceCounts> CountDevicesAsync(string hostName, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<HubDeviceCounts>(cancellationToken);
        var counts = _readers.Read(hostName, static (session, hub) => session.Connection
            .Query<(string Status, long Count)>(
                "SELECT status, COUNT(*) FROM embedded_hub_devices WHERE hub = @hub GROUP BY status", new { hub })
            .ToDictionary(row => row.Status, row => row.Count, StringComparer.Ordinal));
        return Task.FromResult(new HubDeviceCounts(counts.GetValueOrDefault("enabled"), counts.GetValueOrDefault("disabled")));
    }

    private static string StatusText(HubDevice device) => device.Identity.Status switch
    {
        DeviceStatus.Enabled => "enabled",
        DeviceStatus.Disabled => "disabled",
        var status => throw new ArgumentOutOfRangeException(nameof(device), status, null),
    };

    private static string HubPurpose(string hostName) => $"embedded hub {hostName}";

    private static string DevicePurpose(string hostName, string deviceId) => $"embedded hub {hostName} device {deviceId}";

    private byte[] Seal(string hostName, HubDevice device) =>
        _protector.Protect(DevicePurpose(hostName, device.Identity.DeviceId), EmbeddedHubJson.Serialize(device));

    private HubDevice OpenDevice(string hostName, string deviceId, byte[] document) =>
        EmbeddedHubJson.DeserializeDevice(_protector.Unprotect(DevicePurpose(hostName, deviceId), document));

    private EmbeddedHubDescription OpenHub(string hostName, byte[] document) =>
        EmbeddedHubJson.DeserializeHub(_protector.Unprotect(HubPurpose(hostName), document));
}
