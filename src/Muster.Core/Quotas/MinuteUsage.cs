namespace Muster.Core.Quotas;

/// <summary>How often an instance was called in the last 60 seconds (portal P16).</summary>
/// <param name="ServiceOperations">Calls of the service API that passed.</param>
/// <param name="DeviceRegistrations">Registrations and status lookups of devices that passed.</param>
/// <param name="Throttled">Calls of any kind that were refused with 429001 because they came too soon.</param>
public sealed record MinuteUsage(int ServiceOperations, int DeviceRegistrations, int Throttled);
