using Muster.Core.Enrollments;
using Muster.Core.Registration;

namespace Muster.Core.Hubs;

/// <summary>Carries out a <see cref="ReprovisioningPlan"/> at the hubs: identity first, then twin (iot-hub 2.5, 4.4).</summary>
public sealed class HubWriter
{
    private readonly HubConnectors _connectors;

    /// <summary>Makes the writer.</summary>
    public HubWriter(HubConnectors connectors) => _connectors = connectors;

    /// <summary>Makes the device stand in its hub. What it does may be repeated; the old hub is only read.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="hubs">The linked hubs, those of the plan among them.</param>
    /// <param name="credential">What the device will authenticate with.</param>
    /// <param name="enrollment">Capabilities come from here.</param>
    /// <param name="initialTwin">The twin to start with, or null.</param>
    /// <param name="calls">Retries and trace.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="HubCallException">A hub refused for good.</exception>
    public async Task WriteAsync(
        ReprovisioningPlan plan,
        IReadOnlyList<LinkedHub> hubs,
        HubCredential credential,
        Enrollment enrollment,
        InitialTwin? initialTwin,
        HubCalls calls,
        CancellationToken cancellationToken)
    {
        var hub = _connectors.Connect(Hub(hubs, plan.HubHostName));
        var device = plan.DeviceId;
        var initial = new HubTwin(initialTwin?.Tags(), initialTwin?.Desired());
        var moved = plan is { Twin: TwinPlan.Migrate, Previous: { } old }
            ? await calls.RunAsync($"read '{old.DeviceId}' in '{old.HubHostName}'",
                token => _connectors.Connect(Hub(hubs, old.HubHostName)).ReadDeviceAsync(old.DeviceId, token), cancellationToken)
            : null;

        // The edge flag of a device that stays is the hub's business (behaviour B-10.2 row 18); one that moves takes it along.
        bool? iotEdge = plan.Twin == TwinPlan.InitialIfNew ? null : moved?.IotEdge ?? enrollment.Capabilities?.IotEdge ?? false;
        var outcome = await calls.RunAsync($"create or refresh '{device}' in '{plan.HubHostName}'",
            token => hub.EnsureDeviceAsync(new HubDeviceSpec(device, credential, iotEdge), token), cancellationToken);
        var isNew = outcome == HubEnsureOutcome.Created;
        if (isNew && iotEdge is null && enrollment.Capabilities?.IotEdge == true)
        {
            // It was thought to stand here but was deleted by hand: recreated as a first assignment would be (row 11).
            await calls.RunAsync($"mark '{device}' as an edge device",
                token => hub.EnsureDeviceAsync(new HubDeviceSpec(device, credential, IotEdge: true), token), cancellationToken);
        }

        switch (plan.Twin)
        {
            case TwinPlan.Migrate when moved is not null:
                await Apply(new HubTwin(moved.Tags, moved.Desired, moved.Reported), HubTwinMode.Replace);
                if (!moved.IsEnabled)
                {
                    await calls.RunAsync($"keep '{device}' disabled",
                        token => hub.SetEnabledAsync(device, enabled: false, moved.StatusReason, token), cancellationToken);
                }

                break;
            case TwinPlan.Migrate or TwinPlan.Reset when !isNew:
                await Apply(initial, HubTwinMode.Replace);
                break;
            case TwinPlan.InitialIfEmpty when !isNew && !initial.IsEmpty && !await HasTwinContentAsync():
            case var _ when isNew && !initial.IsEmpty:
                await Apply(initial, HubTwinMode.Merge);
                break;
        }

        Task Apply(HubTwin twin, HubTwinMode mode) => calls.RunAsync(
            $"write the twin of '{device}' in '{plan.HubHostName}'", token => hub.ApplyTwinAsync(device, twin, mode, token), cancellationToken);

        async Task<bool> HasTwinContentAsync()
        {
            var present = await calls.RunAsync($"read '{device}' in '{plan.HubHostName}'",
                token => hub.ReadDeviceAsync(device, token), cancellationToken);
            return present is not null && !new HubTwin(present.Tags, present.Desired).IsEmpty;
        }
    }

    /// <summary>Deletes the identity that a moved device left behind, or says in the trace why it still stands there.</summary>
    public async Task<bool> RemoveAsync(
        HubAssignment previous, IReadOnlyList<LinkedHub> hubs, HubCalls calls, CancellationToken cancellationToken)
    {
        try
        {
            await calls.RunAsync($"delete '{previous.DeviceId}' in '{previous.HubHostName}'",
                token => _connectors.Connect(Hub(hubs, previous.HubHostName)).DeleteDeviceAsync(previous.DeviceId, token), cancellationToken);
            return true;
        }
        catch (HubCallException)
        {
            return false; // The trace has the hub's answer; the device is assigned all the same.
        }
    }

    private static LinkedHub Hub(IReadOnlyList<LinkedHub> hubs, string hostName) =>
        hubs.First(hub => hub.HostName.Equals(hostName, StringComparison.OrdinalIgnoreCase));
}
