namespace Muster.Core.Hubs;

/// <summary>
/// The hub port: what provisioning does to one linked hub (iot-hub 2.5, 10.1). Every call is idempotent, bounded in time and
/// cancellable; failures are <see cref="HubCallException"/>.
/// </summary>
public interface IHubConnector
{
    /// <summary>Creates the identity, or replaces credential and capabilities of the existing one.</summary>
    Task<HubEnsureOutcome> EnsureDeviceAsync(HubDeviceSpec spec, CancellationToken cancellationToken);

    /// <summary>Identity and twin, or null when absent.</summary>
    Task<HubDeviceSnapshot?> ReadDeviceAsync(string deviceId, CancellationToken cancellationToken);

    /// <summary>Writes twin content.</summary>
    Task ApplyTwinAsync(string deviceId, HubTwin twin, HubTwinMode mode, CancellationToken cancellationToken);

    /// <summary>Enables or disables the identity.</summary>
    Task SetEnabledAsync(string deviceId, bool enabled, string? reason, CancellationToken cancellationToken);

    /// <summary>Deletes identity and twin; an absent one is a success.</summary>
    Task DeleteDeviceAsync(string deviceId, CancellationToken cancellationToken);

    /// <summary>Whether the hub can be reached and lets the service do its work. Failures are part of the answer.</summary>
    Task<HubProbe> ProbeAsync(CancellationToken cancellationToken);
}
