namespace Muster.EmbeddedHub.Hubs;

/// <summary>What an access policy of a hub allows (iot-hub 2.2).</summary>
[Flags]
public enum HubRights
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Read identities and statistics.</summary>
    RegistryRead = 1,

    /// <summary>Create, update and delete identities; implies <see cref="RegistryRead"/> (<see cref="HubAccessPolicy.Allows"/>).</summary>
    RegistryWrite = 2,

    /// <summary>Read and write twins.</summary>
    ServiceConnect = 4,

    /// <summary>Use the device-facing endpoints.</summary>
    DeviceConnect = 8,
}
