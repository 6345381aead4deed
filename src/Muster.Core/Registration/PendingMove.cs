namespace Muster.Core.Registration;

/// <summary>
/// A move between hubs that has begun, noted before the new hub is written (iot-hub 4.4). When another hub is chosen after a crash or a
/// failure, what stands in <paramref name="To"/> is deleted like any identity left behind.
/// </summary>
/// <param name="From">Where the device stood when the move began; it counts until the move is recorded.</param>
/// <param name="To">Where it was going.</param>
public sealed record PendingMove(HubAssignment From, HubAssignment To);
