using Muster.EmbeddedHub.Identities;
using Muster.EmbeddedHub.Twins;

namespace Muster.EmbeddedHub.Storage;

/// <summary>What a hub knows of one device: identity and twin, stored as one document and written as one.</summary>
public sealed record HubDevice
{
    /// <summary>Who the device is (iot-hub 3.1).</summary>
    public required DeviceIdentity Identity { get; init; }

    /// <summary>Its tags and properties (iot-hub 3.2).</summary>
    public required DeviceTwin Twin { get; init; }

    /// <summary>
    /// Grows by one with every write. A new device starts at its generation's number of ticks, so that a deleted and
    /// recreated device never passes for the one a writer has read before.
    /// </summary>
    public required long Revision { get; init; }
}
