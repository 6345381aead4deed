namespace Muster.Core.Allocation;

/// <summary>How a hub is chosen among several (service-api S-6.9).</summary>
public enum AllocationPolicyKind
{
    /// <summary>Evenly weighted distribution.</summary>
    Hashed,

    /// <summary>Lowest latency.</summary>
    GeoLatency,

    /// <summary>The one hub that the enrollment names.</summary>
    Static,

    /// <summary>A webhook decides.</summary>
    Custom,
}
