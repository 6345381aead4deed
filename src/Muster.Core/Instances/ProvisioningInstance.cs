using Muster.Core.Allocation;
using Muster.Core.Networking;
using Muster.Core.Quotas;

namespace Muster.Core.Instances;

/// <summary>One provisioning service (tenant): every key in the store begins with its name.</summary>
public sealed record ProvisioningInstance
{
    /// <summary>Name, unique without case.</summary>
    public required string Name { get; init; }

    /// <summary>The tenant key of all device traffic; assigned at creation, immutable, unique (behaviour B-1).</summary>
    public required string IdScope { get; init; }

    /// <summary>Service hosts by which the service API picks it; empty for the default instance, which answers any host.</summary>
    public required IReadOnlyList<string> ServiceHostNames { get; init; }

    /// <summary>Shared access policies.</summary>
    public required IReadOnlyList<AccessPolicy> AccessPolicies { get; init; }

    /// <summary>Used where an enrollment names no policy; never custom (behaviour B-9).</summary>
    public AllocationPolicyKind DefaultAllocationPolicy { get; init; } = AllocationPolicyKind.Hashed;

    /// <summary>What it may hold and how fast it may be called; null is <see cref="InstanceQuotas.Unlimited"/>.</summary>
    public InstanceQuotas? Quotas { get; init; }

    /// <summary>Who may reach its data plane; null means anyone (behaviour B-14).</summary>
    public NetworkRules? Network { get; init; }

    /// <summary>What it has decided about the private listeners of this server; null means none was ever there (behaviour B-14.7).</summary>
    public IReadOnlyList<PrivateEndpointConnection>? PrivateEndpointConnections { get; init; }

    /// <summary>
    /// Whether shared access signatures are switched off for back ends, so that only tokens of a directory let them in; null when never
    /// set, which is false (management-api A-6). Devices are unaffected.
    /// </summary>
    public bool? DisableLocalAuth { get; init; }

    /// <summary>Where it runs, as its operators call it; null when they did not say (portal P2).</summary>
    public string? Location { get; init; }

    /// <summary>A label that management clients show; null is <c>default</c>.</summary>
    public string? ResourceGroup { get; init; }

    /// <summary>Free labels, in the order given; null is none.</summary>
    public IReadOnlyList<InstanceTag>? Tags { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedUtc { get; init; }

    /// <summary>Changes on every write.</summary>
    public required string ETag { get; init; }
}
