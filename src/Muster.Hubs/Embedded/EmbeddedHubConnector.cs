using System.Text.Json;
using Muster.Core.Hubs;
using Muster.Core.Secrets;
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
    private readonly HubLane _lane;
    private readonly DeviceRegistry _registry;
    private readonly TwinService _twins;

    public EmbeddedHubConnector(EmbeddedHubDescription hub, HubLane lane, DeviceRegistry registry, TwinService twins)
    {
        _hub = hub;
        _lane = lane;
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
            var created = await CallAsync(
                token => _registry.CreateAsync(_hub, write, token), HubErrors.DeviceAlreadyExists, cancellationToken);
            if (created is not null) return HubEnsureOutcome.Created;
            var updated = await CallAsync(
                token => _registry.UpdateAsync(_hub, write, ETagCondition.Any, token), HubErrors.DeviceNotFound, cancellationToken);
            if (updated is not null) return HubEnsureOutcome.AlreadyExisted;
        }
    }

    public async Task<HubDeviceSnapshot?> ReadDeviceAsync(string deviceId, CancellationToken cancellationToken)
    {
        var device = await CallAsync(token => _twins.GetAsync(_hub, deviceId, token), HubErrors.DeviceNotFound, cancellationToken);
        return device is null
            ? null
            : new HubDeviceSnapshot(
                device.Identity.Status == DeviceStatus.Enabled, device.Identity.StatusReason, device.Identity.IotEdge,
                device.Twin.Tags, device.Twin.Desired.Values, device.Twin.Reported.Values)
            {
                Keys = KeysOf(device.Identity.Authentication),
            };
    }

    public async Task ApplyTwinAsync(string deviceId, HubTwin twin, HubTwinMode mode, CancellationToken cancellationToken)
    {
        if (mode == HubTwinMode.Merge)
        {
            var patch = new TwinWrite { Tags = twin.Tags, Desired = twin.Desired };
            await CallAsync(token => _twins.PatchAsync(_hub, deviceId, patch, ETagCondition.Any, token), allowed: null, cancellationToken);
            if (twin.Reported is { } reported) await ImportReportedAsync(deviceId, reported, cancellationToken);
            return;
        }

        var replacement = new TwinWrite { Tags = twin.Tags ?? EmptySection, Desired = twin.Desired ?? EmptySection };
        await CallAsync(
            token => _twins.ReplaceAsync(_hub, deviceId, replacement, ETagCondition.Any, token), allowed: null, cancellationToken);
        await ImportReportedAsync(deviceId, twin.Reported ?? EmptySection, cancellationToken);
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
        await CallAsync(token => _registry.UpdateAsync(_hub, write, ETagCondition.Any, token), allowed: null, cancellationToken);
    }

    public async Task DeleteDeviceAsync(string deviceId, CancellationToken cancellationToken) => await CallAsync(
        token => _registry.DeleteAsync(_hub, deviceId, ETagCondition.Any, token), HubErrors.DeviceNotFound, cancellationToken);

    public Task<HubProbe> ProbeAsync(CancellationToken cancellationToken) =>
        Task.FromResult(new HubProbe(HubProbeOutcome.Ready, "The hub runs in this server.", TimeSpan.Zero));

    private Task<HubDevice?> ImportReportedAsync(string deviceId, JsonElement reported, CancellationToken cancellationToken) => CallAsync(
        token => _twins.ImportReportedAsync(_hub, deviceId, reported, token), allowed: null, cancellationToken);

    /// <summary>One operation in its turn; null when it failed in the way that is allowed.</summary>
    private Task<HubDevice?> CallAsync(
        Func<CancellationToken, Task<HubResult<HubDevice>>> operation, HubErrorKind? allowed, CancellationToken cancellationToken) =>
        _lane.CallAsync<HubDevice?>(
            async token =>
            {
                var result = await operation(token);
                if (result.IsSuccess) return result.Value;
                return result.Error.Kind == allowed ? null : throw Failure(result.Error);
            },
            cancellationToken);

    private static SymmetricKeyPair? KeysOf(DeviceAuthentication authentication) =>
        authentication is { Type: DeviceAuthenticationType.Sas, PrimaryKey: { } primary, SecondaryKey: { } secondary }
            ? new(new Secret(primary), new Secret(secondary))
            : null;

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

    private static HubCallException Failure(HubError error) =>
        new(error.Kind.Code, $"ErrorCode:{error.Kind.Name};{error.Message}", isTransient: error.Kind.HttpStatus >= 429);
}
