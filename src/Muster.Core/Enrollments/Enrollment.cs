using System.Text.Json.Serialization;
using Muster.Core.Allocation;
using Muster.Core.Attestation;

namespace Muster.Core.Enrollments;

/// <summary>
/// A record of devices that may register. Optional members that are null were not given and stay absent; defaults act only
/// when a device registers (service-api S-1.4).
/// </summary>
[JsonDerivedType(typeof(IndividualEnrollment), "individual")]
[JsonDerivedType(typeof(EnrollmentGroup), "group")]
public abstract record Enrollment
{
    /// <summary>The instance it belongs to.</summary>
    public required string InstanceName { get; init; }

    /// <summary>Registration ID or enrollment group ID, as first written; compared without case.</summary>
    public required string Id { get; init; }

    /// <summary>Individual or group.</summary>
    [JsonIgnore]
    public abstract EnrollmentKind Kind { get; }

    /// <summary>How its devices prove themselves.</summary>
    public required AttestationMechanism Attestation { get; init; }

    /// <summary>Changes on every write.</summary>
    public required string ETag { get; init; }

    /// <summary>When it was created; survives updates.</summary>
    public required DateTimeOffset CreatedUtc { get; init; }

    /// <summary>When it was last written.</summary>
    public required DateTimeOffset LastUpdatedUtc { get; init; }

    /// <summary>Enabled, disabled, or null where a caller wrote an explicit null, which acts as enabled (service-api S-6.2).</summary>
    public ProvisioningStatus? ProvisioningStatus { get; init; }

    /// <summary>Capabilities of the hub identity.</summary>
    public DeviceCapabilities? Capabilities { get; init; }

    /// <summary>The older, single hub.</summary>
    public string? IotHubHostName { get; init; }

    /// <summary>Hubs to choose from, as sent; null means all linked hubs.</summary>
    public IReadOnlyList<string>? IotHubs { get; init; }

    /// <summary>How to choose; null follows the instance's default at registration.</summary>
    public AllocationPolicyKind? AllocationPolicy { get; init; }

    /// <summary>The webhook, kept under any policy.</summary>
    public CustomAllocationDefinition? CustomAllocationDefinition { get; init; }

    /// <summary>What a twin starts with.</summary>
    public InitialTwin? InitialTwin { get; init; }

    /// <summary>What a later registration does; null has a meaning of its own (behaviour B-10.3).</summary>
    public ReprovisionPolicy? ReprovisionPolicy { get; init; }

    /// <summary>Issuing policy for operational certificates.</summary>
    public CertificatePolicyReference? CertificatePolicy { get; init; }

    /// <summary>Whether its devices may register.</summary>
    [JsonIgnore]
    public bool IsEnabled => ProvisioningStatus != Enrollments.ProvisioningStatus.Disabled;
}
