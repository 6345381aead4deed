namespace Muster.Core.Enrollments;

/// <summary>What happens when a device registers again (behaviour B-10.1).</summary>
/// <param name="UpdateHubAssignment">Whether another hub may be assigned.</param>
/// <param name="MigrateDeviceData">Whether twin and capabilities move along.</param>
public sealed record ReprovisionPolicy(bool UpdateHubAssignment, bool MigrateDeviceData);
