using Muster.Core.Secrets;

namespace Muster.Core.Hubs;

/// <summary>A hub that an instance may assign devices to (iot-hub 2.1).</summary>
public sealed record LinkedHub
{
    /// <summary>The instance.</summary>
    public required string InstanceName { get; init; }

    /// <summary>Host name given to devices; unique in the instance without case.</summary>
    public required string HostName { get; init; }

    /// <summary>Name of the connector kind that reaches it, for example <c>embedded</c>.</summary>
    public required string Connector { get; init; }

    /// <summary>The hub's connection string; for identity-based links only <c>HostName=...</c>.</summary>
    public required Secret ConnectionString { get; init; }

    /// <summary>How the service proves itself to the hub.</summary>
    public HubAuthenticationType AuthenticationType { get; init; }

    /// <summary>Client or resource ID of the managed identity, with <see cref="HubAuthenticationType.UserAssigned"/>.</summary>
    public string? IdentityId { get; init; }

    /// <summary>Region, input to lowest latency; null when unknown.</summary>
    public string? Location { get; init; }

    /// <summary>1 to 1000; null means 1.</summary>
    public int? AllocationWeight { get; init; }

    /// <summary>Whether devices may be assigned to it; null means yes.</summary>
    public bool? ApplyAllocationPolicy { get; init; }

    /// <summary>How it is reached where that differs from its host name and port 443.</summary>
    public HubConnectorSettings? Settings { get; init; }

    /// <summary>Changes on every write.</summary>
    public required string ETag { get; init; }

    /// <summary>Whether the allocation may choose it.</summary>
    public bool IsOpen => ApplyAllocationPolicy ?? true;

    /// <summary>The connection string with its key masked (management-api A-7).</summary>
    public string MaskedConnectionString() =>
        HubConnectionString.Parse(ConnectionString.Reveal()).Value?.Masked ?? $"HostName={HostName}";
}
