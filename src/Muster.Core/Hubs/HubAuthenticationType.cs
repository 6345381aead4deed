namespace Muster.Core.Hubs;

/// <summary>How the service proves itself to a linked hub (management-api A-7).</summary>
public enum HubAuthenticationType
{
    /// <summary>With the shared access key of the connection string.</summary>
    KeyBased,

    /// <summary>With the Entra identity that the server's environment offers.</summary>
    SystemAssigned,

    /// <summary>With the managed identity that the link names.</summary>
    UserAssigned,
}
