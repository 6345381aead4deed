namespace Muster.Core.Networking;

/// <summary>Which doors a rule concerns.</summary>
public enum IpFilterTarget
{
    /// <summary>Both.</summary>
    All,

    /// <summary>The service API and the enrollments in the portal.</summary>
    ServiceApi,

    /// <summary>The device API, over every protocol.</summary>
    DeviceApi,
}
