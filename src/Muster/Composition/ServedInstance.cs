using System.Collections.Immutable;

namespace Muster.Composition;

/// <summary>The default provisioning instance as users see it.</summary>
/// <param name="IdScope">Its ID scope.</param>
/// <param name="ServiceConnectionString">The connection string of its owner policy; secret.</param>
/// <param name="Hubs">The embedded hubs.</param>
public sealed record ServedInstance(string IdScope, string ServiceConnectionString, ImmutableArray<ServedHub> Hubs)
{
    /// <summary>Service hosts of the other instances, which the server certificate must name too.</summary>
    public ImmutableArray<string> ServiceHostNames { get; init; } = [];
}
