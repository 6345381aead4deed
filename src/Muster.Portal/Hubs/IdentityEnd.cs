namespace Muster.Portal.Hubs;

/// <summary>How the identity of a device in its hub ends.</summary>
public enum IdentityEnd
{
    /// <summary>It stays, and the device can no longer connect.</summary>
    Disable,

    /// <summary>It is removed with its twin.</summary>
    Delete,
}
