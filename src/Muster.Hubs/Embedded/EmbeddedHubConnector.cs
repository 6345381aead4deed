using System.Text.Json;
using Muster.Core.Hubs;
using Muster.EmbeddedHub.Errors;
using Muster.EmbeddedHub.Hubs;
using Muster.EmbeddedHub.Identities;
using Muster.EmbeddedHub.Storage;
using Muster.EmbeddedHub.Twins;

namespace Muster.Hubs.Embedded;

/// <summary>The hub port over an embedded hub of the same process: the same rules as over HTTPS, without the network.</summary>
internal sealed class EmbeddedHubConnector : IHubConnector
{
    private static readonly JsonElement EmptySection = JsonDocument.Parse("{}").RootElement;

    private readonly EmbeddedHubDescription _hub;
    private readonly DeviceRegistry _registry;
    private readonly TwinService _twins;

    public EmbeddedHubConnector(EmbeddedHubDescription hub, DeviceRegistry registry, TwinService twins)
    {
        _hub = hub;
        _registry = registry;
        _twins = twins;
    }

    public async Task<HubEnsureOutcome> EnsureDeviceAsync(HubDeviceSpec spec, CancellationToken cancellationToken)
    {
        var write = new DeviceWrite
        {
            DeviceId = spec.DeviceId,
            Authentication = Authentication(spec.Credential),
            IotEdge = spec.IotEdge,
        };

        // Created or deleted by someone else in between: the other call applies then, as over HTTPS.
        while (true)
        {
            var created = await _registry.CreateAsync(_hub, write, cancellationToken);
            if (created.IsSuccess) return HubEnsureOutcome.Created;
            if (created.Error.Kind != HubErrors.DeviceAlreadyExists) throw Failure(created.Error);

            var updated = await _registry.UpdateAsync(_hub, write, ETagCondition.Any, cancellationToken);
            if (updated.IsSuccess) return HubEnsureOutcome.AlreadyExisted;
            if (updated.Error.Kind != HubErrors.DeviceNotFound) throw Failure(updated.Error);
        }
    }

    public async Task<HubDeviceSnapshot?> ReadDeviceAsync(string deviceId, CancellationToken cancellationToken)
    {
        var found = await _twins.GetAsync(_hub, deviceId, cancellationToken);
        if (found.Error?.Kind == HubErrors.DeviceNotFound) return null;
        var device = Value(found);
        return new HubDeviceSnapshot(
            device.Identity.Status == DeviceStatus.Enabled, device.Identity.StatusReason, device.Identity.IotEdge,
            device.Twin.Tags, device.Twin.Desired.Values, device.Twin.Reported.Values);
    }

    public async Task ApplyTwinAsync(string deviceId, HubTwin twin, HubTwinMode mode, CancellationToken cancellationToken)
    {
        if (mode == HubTwinMode.Merge)
        {
            var patch = new TwinWrite { Tags = twin.Tags, Desired = twin.Desired };
            Value(await _twins.PatchAsync(_hub, deviceId, patch, ETagCondition.Any, cancellationToken));
            if (twin.Reported is { } reported) Value(await _twins.ImportReportedAsync(_hub, deviceId, reported, cancellationToken));
            return;
        }

        var replacement = new TwinWrite { Tags = twin.Tags ?? EmptySection, Desired = twin.Desired ?? EmptySection };
        Value(await _twins.ReplaceAsync(_hub, deviceId, replacement, ETagCondition.Any, cancellationToken));
        Value(await _twins.ImportReportedAsync(_hub, deviceId, twin.Reported ?? EmptySection, cancellationToken));
    }

    public async Task SetEnabledAsync(string deviceId, bool enabled, string? reason, CancellationToken cancellationToken)
    {
        var write = new DeviceWrite
        {
            DeviceId = deviceId,
            Status = enabled ? DeviceStatus.Enabled : DeviceStatus.Disabled,
            StatusReason = reason,
            ClearsStatusReason = reason is null,
        };
        Value(await _registry.UpdateAsync(_hub, write, ETagCondition.Any, cancellationToken));
    }

    public async Task DeleteDeviceAsync(string deviceId, CancellationToken cancellationToken)
    {
        var deleted = await _registry.DeleteAsync(_hub, deviceId, ETagCondition.Any, cancellationToken);
        if (deleted.Error is { } error && error.Kind != HubErrors.DeviceNotFound) throw Failure(error);
    }

    private static DeviceAuthentication Authentication(HubCredential credential) => credential switch
    {
        HubSymmetricKeys { Keys: var keys } => new()
        {
            Type = DeviceAuthenticationType.Sas,
            PrimaryKey = keys.Primary.Reveal(),
            SecondaryKey = keys.Secondary.Reveal(),
        },
        HubThumbprints thumbprints => new()
        {
            Type = DeviceAuthenticationType.SelfSigned,
            PrimaryThumbprint = thumbprints.Primary,
            SecondaryThumbprint = thumbprints.Secondary,
        },
        _ => throw new ArgumentOutOfRangeException(nameof(credential), credential.GetType().Name, message: null),
    };

    private static HubDevice Value(HubResult<HubDevice> result) => result.IsSuccess ? result.Value : throw Failure(result.Error);

    private static HubCallException Failure(HubError error) =>
        new(error.Kind.Code, $"ErrorCode:{error.Kind.Name};{error.Message}", isTransient: error.Kind.HttpStatus >= 429);
}
