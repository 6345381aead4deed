namespace Muster.Core.Hubs;

/// <summary>The identity a hub shall have.</summary>
/// <param name="DeviceId">Name, case-sensitive.</param>
/// <param name="Credential">Replaces whatever is there.</param>
/// <param name="IotEdge">The capability flag; null keeps that of an existing identity and means false for a new one.</param>
public sealed record HubDeviceSpec(string DeviceId, HubCredential Credential, bool? IotEdge);
