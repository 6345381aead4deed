namespace Muster.EmbeddedHub.Identities;

/// <summary>Whether a device may connect; on the wire <c>enabled</c> and <c>disabled</c> (iot-hub 3.1).</summary>
public enum DeviceStatus
{
    /// <summary>It may.</summary>
    Enabled,

    /// <summary>It may not.</summary>
    Disabled,
}
