namespace Muster.Core.Networking;

/// <summary>Whether a private endpoint admits anyone to an instance (behaviour B-14.7).</summary>
public enum PrivateEndpointStatus
{
    /// <summary>Nobody has decided yet; it admits nobody.</summary>
    Pending,

    /// <summary>Who arrives over it is let in, whatever the public network access and the IP rules say.</summary>
    Approved,

    /// <summary>It admits nobody.</summary>
    Rejected,

    /// <summary>The configuration no longer has its listener.</summary>
    Disconnected,
}
