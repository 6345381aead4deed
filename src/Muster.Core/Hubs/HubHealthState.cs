namespace Muster.Core.Hubs;

/// <summary>What the latest calls say about a hub.</summary>
public enum HubHealthState
{
    /// <summary>It was not called since the server started.</summary>
    Unknown,

    /// <summary>The latest call was answered.</summary>
    Healthy,

    /// <summary>The hub asked to be called less often.</summary>
    Throttled,

    /// <summary>The latest call failed: unreachable, in trouble, or refusing the service.</summary>
    Failing,
}
