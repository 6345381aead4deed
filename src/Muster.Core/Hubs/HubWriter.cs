using Muster.Core.Enrollments;
using Muster.Core.Secrets;

namespace Muster.Core.Hubs;

/// <summary>Carries out a <see cref="ReprovisioningPlan"/> at the hubs: identity first, then twin (iot-hub 2.5, 4.4).</summary>
public sealed class HubWriter
{
    private const int TierWithoutTwins = 403010;
    private const int VerificationFailed = 500001;

    /// <summary>What the original makes for devices with a TPM.</summary>
    private const int OwnKeyBytes = 32;

    private readonly HubConnectors _connectors;
    private readonly TimeProvider _clock;

    /// <summary>Makes the writer.</summary>
    public HubWriter(HubConnectors connectors, TimeProvider clock)
    {
        _connectors = connectors;
        _clock = clock;
    }

    /// <summary>Waits for a turn at a hub.</summary>
    public Task<IDisposable> EnterAsync(LinkedHub hub, CancellationToken cancellationToken) =>
        _connectors.Lanes.Of(hub).EnterAsync(cancellationToken);

    /// <summary>Reads what a device that moves takes along; null when nothing stands in the old hub.</summary>
    /// <exception cref="HubCallException">The old hub refused for good.</exception>
    public async Task<HubDeviceSnapshot?> ReadPreviousAsync(
        LinkedHub hub, string deviceId, HubCalls calls, CancellationToken cancellationToken)
    {
        var lane = _connectors.Lanes.Of(hub);
        using var turn = await lane.EnterAsync(cancellationToken);
        return await calls.RunAsync(lane, $"read '{deviceId}' in '{hub.HostName}'",
            token => _connectors.Connect(hub).ReadDeviceAsync(deviceId, token), cancellationToken);
    }

    /// <summary>One more look at a device that moves, without a turn of its own or another try; null when it cannot be had.</summary>
    public async Task<HubDeviceSnapshot?> ReadAgainAsync(
        LinkedHub hub, string deviceId, TimeSpan patience, HubCalls calls, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(patience, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var what = $"read '{deviceId}' in '{hub.HostName}' again";
        try
        {
            var found = await _connectors.Connect(hub).ReadDeviceAsync(deviceId, either.Token);
            calls.Note($"{what}: done.", isGood: true);
            return found;
        }
        catch (HubCallException problem)
        {
            calls.Note($"{what}: {problem.Code} {problem.Message}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            calls.Note($"{what}: no answer within {patience.TotalSeconds:0.#} seconds.");
        }

        return null;
    }

    /// <summary>Makes the device stand in its hub. What it does may be repeated; the old hub is not touched.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="hub">The hub of the plan; the caller has entered its lane.</param>
    /// <param name="moved">What the device takes along, with <see cref="TwinPlan.Migrate"/>; null when there is nothing.</param>
    /// <param name="credential">What the device will authenticate with.</param>
    /// <param name="enrollment">Capabilities come from here.</param>
    /// <param name="twin">The twins that allocation and enrollment offer.</param>
    /// <param name="calls">Retries and trace.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="HubCallException">The hub refused for good.</exception>
    public async Task WriteAsync(
        ReprovisioningPlan plan,
        LinkedHub hub,
        HubDeviceSnapshot? moved,
        HubCredential credential,
        Enrollment enrollment,
        TwinOffer twin,
        HubCalls calls,
        CancellationToken cancellationToken)
    {
        var connector = _connectors.Connect(hub);
        var lane = _connectors.Lanes.Of(hub);
        var device = plan.DeviceId;
        var initial = Content(twin.Allocated ?? twin.Enrolled);
        if (credential is HubOwnKeys)
        {
            var present = await calls.RunAsync(lane, $"read the keys of '{device}' in '{hub.HostName}'",
                token => connector.ReadDeviceAsync(device, token), cancellationToken);
            credential = new HubSymmetricKeys(present?.Keys ?? SymmetricKeyPair.Generate(OwnKeyBytes));
        }

        // The edge flag of a device that stays is the hub's business (behaviour B-10.2 row 18); one that moves takes it along.
        bool? iotEdge = plan.Twin == TwinPlan.InitialIfNew ? null : moved?.IotEdge ?? enrollment.Capabilities?.IotEdge ?? false;
        var outcome = await calls.RunAsync(lane, $"create or refresh '{device}' in '{hub.HostName}'",
            token => connector.EnsureDeviceAsync(new HubDeviceSpec(device, credential, iotEdge), token), cancellationToken,
            static result => result == HubEnsureOutcome.Created ? "created." : "it existed, its credential was replaced.");
        var isNew = outcome == HubEnsureOutcome.Created;
        if (isNew && iotEdge is null && enrollment.Capabilities?.IotEdge == true)
        {
            // It was thought to stand here but was deleted by hand: recreated as a first assignment would be (row 11).
            await calls.RunAsync(lane, $"mark '{device}' as an edge device",
                token => connector.EnsureDeviceAsync(new HubDeviceSpec(device, credential, IotEdge: true), token), cancellationToken);
        }

        switch (plan.Twin)
        {
            case TwinPlan.Migrate when moved is not null:
                // A twin that the webhook returned replaces the migrated one (row 8).
                var kept = twin.Allocated is null ? new HubTwin(moved.Tags, moved.Desired, moved.Reported) : initial;
                await Apply(kept, HubTwinMode.Replace, mayLackTwins: kept.IsEmpty);
                if (!moved.IsEnabled || moved.WasDisabled)
                {
                    await calls.RunAsync(lane, moved.IsEnabled ? $"enable '{device}' again" : $"keep '{device}' disabled",
                        token => connector.SetEnabledAsync(device, moved.IsEnabled, moved.StatusReason, token), cancellationToken);
                }

                await calls.RunAsync(lane, $"verify '{device}' in '{hub.HostName}'",
                    token => VerifyAsync(connector, device, kept, mustBeDisabled: !moved.IsEnabled, token), cancellationToken);
                break;
            case TwinPlan.Migrate or TwinPlan.Reset when !isNew:
                await Apply(initial, HubTwinMode.Replace, mayLackTwins: true);
                break;
            case TwinPlan.InitialIfEmpty when !isNew && !initial.IsEmpty && !await HasTwinContentAsync():
            case var _ when isNew && !initial.IsEmpty:
                await Apply(initial, HubTwinMode.Merge, mayLackTwins: true);
                break;
        }

        async Task Apply(HubTwin content, HubTwinMode mode, bool mayLackTwins)
        {
            try
            {
                await calls.RunAsync(lane, $"write the twin of '{device}' in '{hub.HostName}'",
                    token => connector.ApplyTwinAsync(device, content, mode, token), cancellationToken);
            }
            catch (HubCallException problem) when (mayLackTwins && problem.Code == TierWithoutTwins)
            {
                calls.Note($"The tier of '{hub.HostName}' has no twins; the device is assigned without its initial twin.");
            }
        }

        async Task<bool> HasTwinContentAsync()
        {
            var present = await calls.RunAsync(lane, $"read '{device}' in '{hub.HostName}'",
                token => connector.ReadDeviceAsync(device, token), cancellationToken);
            return present is not null && !new HubTwin(present.Tags, present.Desired).IsEmpty;
        }
    }

    /// <summary>Nothing is deleted in the old hub before the new one shows what was written.</summary>
    private static async Task VerifyAsync(
        IHubConnector connector, string deviceId, HubTwin written, bool mustBeDisabled, CancellationToken cancellationToken)
    {
        var present = await connector.ReadDeviceAsync(deviceId, cancellationToken);
        var problem = present is null ? "the device is not there"
            : mustBeDisabled && present.IsEnabled ? "it is enabled, which it was not"
            : !HubTwin.AreEqual(present.Tags, written.Tags) ? "its tags differ"
            : !HubTwin.AreEqual(present.Desired, written.Desired) ? "its desired properties differ"
            : null;
        if (problem is not null)
            throw new HubCallException(VerificationFailed, $"The hub accepted the device '{deviceId}', but {problem}.", isTransient: true);
    }

    private static HubTwin Content(InitialTwin? twin) => new(twin?.Tags(), twin?.Desired());
}
