namespace Muster.Core.Enrollments;

/// <summary>Capabilities written to the hub identity.</summary>
/// <param name="IotEdge">Whether the device is an IoT Edge device.</param>
public sealed record DeviceCapabilities(bool IotEdge);
