namespace Muster.EmbeddedHub.Storage;

/// <summary>How many devices a hub has (iot-hub 9, statistics).</summary>
/// <param name="Enabled">Devices that may connect.</param>
/// <param name="Disabled">Devices that may not.</param>
public sealed record HubDeviceCounts(long Enabled, long Disabled)
{
    /// <summary>All devices.</summary>
    public long Total => Enabled + Disabled;
}
