using Muster.Core.Registration;

namespace Muster.Core.Hubs;

/// <summary>What a registration does at the hubs; effects as data.</summary>
/// <param name="HubHostName">Where the device goes.</param>
/// <param name="DeviceId">Under which name.</param>
/// <param name="Twin">What happens to the twin.</param>
/// <param name="Substatus">What the record says afterwards.</param>
/// <param name="Previous">The identity to delete once the new one is recorded, or null.</param>
public sealed record ReprovisioningPlan(
    string HubHostName, string DeviceId, TwinPlan Twin, RegistrationSubstatus Substatus, HubAssignment? Previous);
