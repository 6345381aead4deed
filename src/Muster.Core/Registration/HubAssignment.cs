namespace Muster.Core.Registration;

/// <summary>Where a device stands.</summary>
/// <param name="HubHostName">Host name of the hub.</param>
/// <param name="DeviceId">Identity name in it, case-sensitive.</param>
public sealed record HubAssignment(string HubHostName, string DeviceId)
{
    /// <summary>Whether both name one identity: host names compare without case, device IDs by case.</summary>
    public bool IsSameAs(HubAssignment other) =>
        DeviceId == other.DeviceId && HubHostName.Equals(other.HubHostName, StringComparison.OrdinalIgnoreCase);
}
