namespace Muster.Portal.SignIn;

/// <summary>What a person may do in the portal (portal 4.1). Each role may do what the ones before it may.</summary>
public enum PortalRole
{
    /// <summary>Sees everything but keys.</summary>
    Reader,

    /// <summary>Also writes and deletes enrollments and registration records, and sees device keys.</summary>
    Contributor,

    /// <summary>Also configures instances: hubs, certificates, policies, networking, portal users.</summary>
    Administrator,
}
