using Muster.Core.Attestation.Tpm;
using Muster.Core.Errors;
using Muster.Core.Hubs;
using Muster.Core.Instances;
using Muster.Core.Store;

namespace Muster.Core.Registration;

/// <summary>
/// Wraps the hub's key of an assigned device for its TPM, anew for each answer; the key itself is stored nowhere but in the hub
/// (tpm-attestation 9).
/// </summary>
public sealed class TpmHubKeys
{
    private readonly IProvisioningStore _store;
    private readonly HubConnectors _connectors;
    private readonly TpmChallenges _challenges;

    /// <summary>Makes the service.</summary>
    public TpmHubKeys(IProvisioningStore store, HubConnectors connectors, TpmChallenges challenges)
    {
        _store = store;
        _connectors = connectors;
        _challenges = challenges;
    }

    /// <summary>The record as its device is answered: with the wrapped key when it is assigned.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="record">The device's record.</param>
    /// <param name="keys">The TPM that proved itself.</param>
    /// <param name="trace">Receives why the key cannot be had.</param>
    /// <param name="cancellationToken">Ends the wait for the hub.</param>
    public async Task<Result<RegistrationRecord>> WrapAsync(
        ProvisioningInstance instance, RegistrationRecord record, TpmKeys keys, AttemptTraceBuilder trace, CancellationToken cancellationToken)
    {
        if (record.Status == RegistrationStatus.Assigning) return record;
        _challenges.Settle(instance.Name, record.RegistrationId);
        if (record is not { Status: RegistrationStatus.Assigned, Assignment: { } assignment }) return record;

        var hub = (await _store.ListLinkedHubsAsync(instance.Name, cancellationToken))
            .FirstOrDefault(one => one.HostName.Equals(assignment.HubHostName, StringComparison.OrdinalIgnoreCase));
        if (hub is null)
        {
            trace.Fail("hub key", $"The hub '{assignment.HubHostName}' is not linked any more, so the device's key cannot be read there.");
            return Refusals.InternalError;
        }

        try
        {
            var device = await _connectors.Connect(hub).ReadDeviceAsync(assignment.DeviceId, cancellationToken);
            if (device?.Keys is not { } pair)
            {
                trace.Fail("hub key", $"The device '{assignment.DeviceId}' in '{hub.HostName}' is gone or has no symmetric keys. "
                    + "Let it register again.");
                return Refusals.InternalError;
            }

            var key = Convert.FromBase64String(pair.Primary.Reveal());
            if (key.Length is 0 or > TpmActivationBlob.MaxKeyLength)
            {
                trace.Fail("hub key", $"The primary key of '{assignment.DeviceId}' in '{hub.HostName}' has {key.Length} bytes; a TPM takes "
                    + $"1 to {TpmActivationBlob.MaxKeyLength}. Regenerate it in the hub.");
                return TpmRefusals.HubKeyDoesNotFit;
            }

            return record with { TpmAuthenticationKey = TpmActivationBlob.Create(keys, key, $"{hub.HostName}/{assignment.DeviceId}") };
        }
        catch (Exception problem) when (problem is HubCallException or FormatException)
        {
            trace.Fail("hub key", $"The device's key could not be read in '{hub.HostName}': {problem.Message}");
            return Refusals.InternalError;
        }
    }
}
