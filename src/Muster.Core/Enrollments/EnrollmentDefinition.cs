using System.Text.Json;
using Muster.Core.Allocation;

namespace Muster.Core.Enrollments;

/// <summary>
/// What a caller wants an enrollment to be: the writable members, nothing of what the service itself keeps (service-api S-6.1).
/// Null means absent; <see cref="EnrollmentService"/> checks everything and answers with the member that is wrong.
/// </summary>
public sealed record EnrollmentDefinition
{
    /// <summary>The ID in the body; null takes the addressed one, another ID is refused.</summary>
    public string? Id { get; init; }

    /// <summary>How devices prove themselves; required.</summary>
    public AttestationDefinition? Attestation { get; init; }

    /// <summary>Null stands for an explicit null, which is kept and acts as enabled; the default is enabled (service-api S-6.2).</summary>
    public ProvisioningStatus? ProvisioningStatus { get; init; } = Enrollments.ProvisioningStatus.Enabled;

    /// <summary>Capabilities of the hub identity.</summary>
    public DeviceCapabilities? Capabilities { get; init; }

    /// <summary>The older, single hub; empty counts as absent.</summary>
    public string? IotHubHostName { get; init; }

    /// <summary>Hubs to choose from; empty counts as absent.</summary>
    public IReadOnlyList<string>? IotHubs { get; init; }

    /// <summary>How to choose; required with <see cref="IotHubs"/>.</summary>
    public AllocationPolicyKind? AllocationPolicy { get; init; }

    /// <summary>The webhook, accepted under any policy; members that were not given are empty.</summary>
    public CustomAllocationDefinition? CustomAllocationDefinition { get; init; }

    /// <summary>What a twin starts with.</summary>
    public InitialTwin? InitialTwin { get; init; }

    /// <summary>What a later registration does.</summary>
    public ReprovisionPolicy? ReprovisionPolicy { get; init; }

    /// <summary>Issuing policy for operational certificates.</summary>
    public CertificatePolicyDefinition? CertificatePolicy { get; init; }

    /// <summary>The wanted hub identity name; groups ignore it.</summary>
    public string? DeviceId { get; init; }

    /// <summary>Free JSON object; groups ignore it.</summary>
    public JsonElement? OptionalDeviceInformation { get; init; }

    /// <summary>The members that the caller can express at all; the others keep their stored values.</summary>
    public EnrollmentMembers KnownMembers { get; init; } = EnrollmentMembers.All;

    /// <summary>Whether the caller can express <paramref name="members"/>, or some of them.</summary>
    public bool Knows(EnrollmentMembers members) => (KnownMembers & members) != EnrollmentMembers.None;
}
