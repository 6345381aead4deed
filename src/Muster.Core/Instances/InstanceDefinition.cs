using Muster.Core.Networking;

namespace Muster.Core.Instances;

/// <summary>What an operator says about a new instance.</summary>
public sealed record InstanceDefinition
{
    /// <summary>Its name, which cannot change later.</summary>
    public required string Name { get; init; }

    /// <summary>The ID scope that its devices know already; null makes a fresh one. It cannot change later.</summary>
    public string? IdScope { get; init; }

    /// <summary>Host names by which the service API picks it, without ports.</summary>
    public IReadOnlyList<string> ServiceHostNames { get; init; } = [];

    /// <summary>From where it may be reached.</summary>
    public NetworkRules Network { get; init; } = NetworkRules.Open;

    /// <summary>Where it runs.</summary>
    public string? Location { get; init; }

    /// <summary>A label that management clients show.</summary>
    public string? ResourceGroup { get; init; }

    /// <summary>Free labels.</summary>
    public IReadOnlyList<InstanceTag> Tags { get; init; } = [];
}
