using System.Globalization;
using Microsoft.Extensions.Logging;
using Muster.EmbeddedHub.Errors;
using Muster.EmbeddedHub.Hubs;
using Muster.EmbeddedHub.Storage;
using Muster.EmbeddedHub.Twins;

namespace Muster.EmbeddedHub.Identities;

/// <summary>
/// The identity registry: create, read, update, delete and list devices (iot-hub 2.3, 3.1). It serves the HTTP endpoints and
/// callers in this process alike.
/// </summary>
public sealed class DeviceRegistry(IEmbeddedHubStore store, TimeProvider clock, ILogger<DeviceRegistry> logger)
{
    /// <summary>The most devices one list answer holds.</summary>
    public const int MaxListed = 1000;

    private const int MaxStatusReasonLength = 128;
    private const int MaxScopeLength = 512;
    private const int MaxParentScopes = 8;

    private readonly DeviceDocuments _documents = new(store);
    private long _lastGeneration;

    /// <summary>Creates a device with a fresh twin.</summary>
    /// <returns>The device; ArgumentInvalid for a broken rule, DeviceAlreadyExists when the id is taken.</returns>
    public async Task<HubResult<HubDevice>> CreateAsync(EmbeddedHubDescription hub, DeviceWrite write, CancellationToken cancellationToken)
    {
        if (Check(write) is { } problem) return problem;
        var authentication = write.Authentication is null ? CredentialRules.NewKeys() : CredentialRules.Complete(write.Authentication);
        if (!authentication.IsSuccess) return authentication.Error;

        var generation = NextGeneration();
        var generationId = generation.ToString(CultureInfo.InvariantCulture);
        var edge = write.IotEdge ?? false;
        var device = new HubDevice
        {
            Identity = new()
            {
                DeviceId = write.DeviceId,
                GenerationId = generationId,
                ETag = CredentialRules.NewETag(),
                Status = write.Status ?? DeviceStatus.Enabled,
                StatusReason = write.StatusReason,
                IotEdge = edge,
                DeviceScope = edge ? EdgeScope(write.DeviceId, generationId) : NullIfEmpty(write.DeviceScope),
                ParentScopes = write.ParentScopes ?? [],
                Authentication = authentication.Value,
            },
            Twin = DeviceTwin.CreateNew(clock.GetUtcNow()),
            Revision = generation,
        };
        device = ModuleRegistry.Complete(device, clock);

        if (!await store.TryInsertDeviceAsync(hub.HostName, device, cancellationToken))
            return HubErrors.DeviceAlreadyExists.Because($"A device with ID '{write.DeviceId}' is already registered.");

        EmbeddedHubLog.DeviceCreated(logger, hub.HostName, write.DeviceId);
        return device;
    }

    /// <summary>Reads a device.</summary>
    /// <returns>The device or DeviceNotFound; ArgumentInvalid for an impossible id.</returns>
    public Task<HubResult<HubDevice>> GetAsync(EmbeddedHubDescription hub, string deviceId, CancellationToken cancellationToken) =>
        _documents.FindAsync(hub, deviceId, cancellationToken);

    /// <summary>
    /// Updates a device's identity. Symmetric keys given empty are made anew; the read-only members and the twin stay.
    /// </summary>
    /// <param name="hub">The hub.</param>
    /// <param name="write">What to change; what it leaves out is kept.</param>
    /// <param name="condition">Compared with the identity's etag.</param>
    /// <param name="cancellationToken">Stops the work before the write.</param>
    /// <returns>The updated device; ArgumentInvalid, DeviceNotFound or PreconditionFailed.</returns>
    public async Task<HubResult<HubDevice>> UpdateAsync(
        EmbeddedHubDescription hub,
        DeviceWrite write,
        ETagCondition condition,
        CancellationToken cancellationToken)
    {
        if (Check(write) is { } problem) return problem;
        DeviceAuthentication? authentication = null;
        if (write.Authentication is not null)
        {
            var completed = CredentialRules.Complete(write.Authentication);
            if (!completed.IsSuccess) return completed.Error;
            authentication = completed.Value;
        }

        var result = await _documents.ReplaceAsync(
            hub,
            write.DeviceId,
            device => condition.Matches(device.Identity.ETag)
                ? ModuleRegistry.Complete(device with { Identity = Apply(device.Identity, write, authentication) }, clock)
                : DeviceDocuments.StaleETag(write.DeviceId),
            cancellationToken);
        if (result.IsSuccess) EmbeddedHubLog.DeviceUpdated(logger, hub.HostName, write.DeviceId);
        return result;
    }

    /// <summary>Deletes a device and its twin.</summary>
    /// <returns>The device as it was; DeviceNotFound or PreconditionFailed.</returns>
    public async Task<HubResult<HubDevice>> DeleteAsync(
        EmbeddedHubDescription hub,
        string deviceId,
        ETagCondition condition,
        CancellationToken cancellationToken)
    {
        if (DeviceIds.Check(deviceId) is { } problem) return problem;
        var result = await _documents.DeleteAsync(hub, deviceId, condition, cancellationToken);
        if (result.IsSuccess) EmbeddedHubLog.DeviceDeleted(logger, hub.HostName, deviceId);
        return result;
    }

    /// <summary>The first devices by id.</summary>
    /// <param name="hub">The hub.</param>
    /// <param name="top">How many; outside 1 to <see cref="MaxListed"/> it means that many (iot-hub 12, item 13).</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public Task<IReadOnlyList<HubDevice>> ListAsync(EmbeddedHubDescription hub, int top, CancellationToken cancellationToken) =>
        store.ListDevicesAsync(hub.HostName, top is >= 1 and <= MaxListed ? top : MaxListed, cancellationToken);

    /// <summary>How many devices the hub has.</summary>
    public Task<HubDeviceCounts> CountAsync(EmbeddedHubDescription hub, CancellationToken cancellationToken) =>
        store.CountDevicesAsync(hub.HostName, cancellationToken);

    private static HubError? Check(DeviceWrite write)
    {
        if (DeviceIds.Check(write.DeviceId) is { } problem) return problem;
        if (write.StatusReason?.Length > MaxStatusReasonLength)
            return HubErrors.ArgumentInvalid.Because($"The statusReason is longer than {MaxStatusReasonLength} characters.");
        if (write.ParentScopes is { Length: > MaxParentScopes })
            return HubErrors.ArgumentInvalid.Because($"A device has at most {MaxParentScopes} parentScopes.");
        if (write.DeviceScope?.Length > MaxScopeLength || (write.ParentScopes ?? []).Any(scope => scope.Length > MaxScopeLength))
            return HubErrors.ArgumentInvalid.Because($"A device scope is longer than {MaxScopeLength} characters.");
        return null;
    }

    private DeviceIdentity Apply(DeviceIdentity identity, DeviceWrite write, DeviceAuthentication? authentication)
    {
        var status = write.Status ?? identity.Status;
        var edge = write.IotEdge ?? identity.IotEdge;
        // An edge device's scope is made once and never changes; a leaf device's names its parent (iot-hub 3.1).
        var scope = (edge, identity.IotEdge) switch
        {
            (true, true) => identity.DeviceScope,
            (true, false) => EdgeScope(identity.DeviceId, identity.GenerationId),
            (false, true) => null,
            (false, false) => write.DeviceScope is null ? identity.DeviceScope : NullIfEmpty(write.DeviceScope),
        };
        return identity with
        {
            ETag = CredentialRules.NewETag(),
            Status = status,
            StatusReason = write.ClearsStatusReason ? null : write.StatusReason ?? identity.StatusReason,
            StatusUpdatedAt = status == identity.Status ? identity.StatusUpdatedAt : clock.GetUtcNow(),
            IotEdge = edge,
            DeviceScope = scope,
            ParentScopes = write.ParentScopes ?? identity.ParentScopes,
            Authentication = authentication ?? identity.Authentication,
        };
    }

    private long NextGeneration()
    {
        while (true)
        {
            var last = Volatile.Read(ref _lastGeneration);
            var next = Math.Max(clock.GetUtcNow().UtcTicks, last + 1);
            if (Interlocked.CompareExchange(ref _lastGeneration, next, last) == last) return next;
        }
    }

    private static string EdgeScope(string deviceId, string generationId) => $"ms-azure-iot-edge://{deviceId}-{generationId}";

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
