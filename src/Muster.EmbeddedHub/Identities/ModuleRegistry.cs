using System.Globalization;
using Muster.EmbeddedHub.Errors;
using Muster.EmbeddedHub.Hubs;
using Muster.EmbeddedHub.Storage;

namespace Muster.EmbeddedHub.Identities;

/// <summary>
/// The modules of devices. Edge devices have <c>$edgeAgent</c> and <c>$edgeHub</c> from the moment they become such; these two are the
/// hub's own and cannot be deleted (iot-hub 2.4, 12 items 15 and 16).
/// </summary>
public sealed class ModuleRegistry(IEmbeddedHubStore store, TimeProvider clock)
{
    /// <summary>The most modules a device can have.</summary>
    public const int MaxModules = 50;

    private readonly DeviceDocuments _documents = new(store);

    /// <summary>The modules of a device by id, or DeviceNotFound.</summary>
    public Task<HubResult<HubDevice>> ListAsync(EmbeddedHubDescription hub, string deviceId, CancellationToken cancellationToken) =>
        _documents.FindAsync(hub, deviceId, cancellationToken);

    /// <summary>One module of a device as read, or ModuleNotFound.</summary>
    public static HubResult<ModuleIdentity> Find(HubDevice device, string moduleId) =>
        device.FindModule(moduleId) is { } module ? module : NotFound(device.Identity.DeviceId, moduleId);

    /// <summary>Creates a module without a condition, changes it with one, as with devices.</summary>
    /// <param name="hub">The hub.</param>
    /// <param name="deviceId">The device.</param>
    /// <param name="moduleId">The module.</param>
    /// <param name="authentication">Its credentials; null makes keys, or keeps what is there.</param>
    /// <param name="managedBy">Who manages it.</param>
    /// <param name="condition">Null to create; else compared with the module's etag.</param>
    /// <param name="cancellationToken">Stops the work before the write.</param>
    /// <returns>The device with the module; DeviceNotFound, ModuleNotFound, ModuleAlreadyExistsOnDevice, PreconditionFailed and others.</returns>
    public async Task<HubResult<HubDevice>> PutAsync(
        EmbeddedHubDescription hub,
        string deviceId,
        string moduleId,
        DeviceAuthentication? authentication,
        string? managedBy,
        ETagCondition? condition,
        CancellationToken cancellationToken)
    {
        if (DeviceIds.Check(moduleId) is { } problem) return problem;
        DeviceAuthentication? completed = null;
        if (authentication is not null)
        {
            var checkedKeys = CredentialRules.Complete(authentication);
            if (!checkedKeys.IsSuccess) return checkedKeys.Error;
            completed = checkedKeys.Value;
        }

        return await _documents.ReplaceAsync(
            hub,
            deviceId,
            device =>
            {
                var existing = device.FindModule(moduleId);
                if (condition is null && existing is not null)
                    return HubErrors.ModuleAlreadyExists.Because($"Module '{moduleId}' of device '{deviceId}' is already registered.");
                if (condition is { } etag && existing is null) return NotFound(deviceId, moduleId);
                if (condition is { } stale && !stale.Matches(existing!.ETag)) return DeviceDocuments.StaleETag(deviceId);
                if (existing is null && device.Modules.Count >= MaxModules)
                    return HubErrors.TooManyModules.Because($"Device '{deviceId}' has {MaxModules} modules, no more are allowed.");
                var module = existing is null
                    ? New(moduleId, completed, managedBy, clock)
                    : existing with
                    {
                        ETag = CredentialRules.NewETag(),
                        ManagedBy = managedBy ?? existing.ManagedBy,
                        Authentication = completed ?? existing.Authentication,
                    };
                return device.WithModule(module);
            },
            cancellationToken);
    }

    /// <summary>Deletes a module; the edge runtime's two are refused.</summary>
    public async Task<HubResult<HubDevice>> DeleteAsync(
        EmbeddedHubDescription hub, string deviceId, string moduleId, ETagCondition condition, CancellationToken cancellationToken) =>
        await _documents.ReplaceAsync(
            hub,
            deviceId,
            device =>
            {
                if (device.FindModule(moduleId) is not { } module) return NotFound(deviceId, moduleId);
                if (module.IsEdgeRuntime && device.Identity.IotEdge)
                    return HubErrors.InvalidOperation.Because($"The module '{moduleId}' belongs to the edge device and cannot be deleted.");
                if (!condition.Matches(module.ETag)) return DeviceDocuments.StaleETag(deviceId);
                return device with { Modules = [.. device.Modules.Where(other => other.ModuleId != moduleId)] };
            },
            cancellationToken);

    /// <summary>The device with the modules that its edge flag asks for.</summary>
    internal static HubDevice Complete(HubDevice device, TimeProvider clock)
    {
        if (!device.Identity.IotEdge) return device;
        foreach (var name in (ReadOnlySpan<string>)[ModuleIdentity.EdgeAgent, ModuleIdentity.EdgeHub])
        {
            if (device.FindModule(name) is null) device = device.WithModule(New(name, authentication: null, "IotEdge", clock));
        }

        return device;
    }

    private static ModuleIdentity New(string moduleId, DeviceAuthentication? authentication, string? managedBy, TimeProvider clock) => new()
    {
        ModuleId = moduleId,
        GenerationId = clock.GetUtcNow().UtcTicks.ToString(CultureInfo.InvariantCulture),
        ETag = CredentialRules.NewETag(),
        ManagedBy = managedBy,
        Authentication = authentication ?? CredentialRules.NewKeys(),
    };

    private static HubError NotFound(string deviceId, string moduleId) =>
        HubErrors.ModuleNotFound.Because($"Module {moduleId} of device {deviceId} is not registered.");
}
