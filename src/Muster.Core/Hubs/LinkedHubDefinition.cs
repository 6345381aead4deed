using Muster.Core.Secrets;

namespace Muster.Core.Hubs;

/// <summary>What an operator says about a link. Null members take their defaults; in an update they replace what was there, too.</summary>
public sealed record LinkedHubDefinition
{
    /// <summary>Connection string of a policy with RegistryWrite and ServiceConnect; its key may be masked in an update.</summary>
    public Secret? ConnectionString { get; init; }

    /// <summary>Connector kind of a new link; null is <see cref="LinkedHubService.RestConnector"/>. An existing link keeps its own.</summary>
    public string? Connector { get; init; }

    /// <summary>Host name, instead of a connection string, for identity-based links.</summary>
    public string? HostName { get; init; }

    /// <summary>How the service proves itself.</summary>
    public HubAuthenticationType AuthenticationType { get; init; }

    /// <summary>Managed identity, required with and allowed only with <see cref="HubAuthenticationType.UserAssigned"/>.</summary>
    public string? IdentityId { get; init; }

    /// <summary>Region, at most 64 characters.</summary>
    public string? Location { get; init; }

    /// <summary>1 to 1000; null means 1.</summary>
    public int? AllocationWeight { get; init; }

    /// <summary>Whether devices may be assigned to it; null means yes.</summary>
    public bool? ApplyAllocationPolicy { get; init; }

    /// <summary>How it is reached.</summary>
    public HubConnectorSettings? Settings { get; init; }
}
