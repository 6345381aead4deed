using Muster.Core.Attestation;
using Muster.Core.Concurrency;

namespace Muster.Core.Enrollments;

/// <summary>Puts a checked definition and what is stored together into the enrollment that is stored next.</summary>
internal static class EnrollmentAssembly
{
    internal static Enrollment Build(
        string instanceName,
        EnrollmentKind kind,
        string id,
        EnrollmentDefinition definition,
        AttestationMechanism attestation,
        CertificatePolicyReference? policy,
        Enrollment? stored,
        DateTimeOffset now)
    {
        var knowsPlacement = definition.Knows(EnrollmentMembers.Placement);
        var knowsCapabilities = definition.Knows(EnrollmentMembers.Capabilities);
        var individual = stored as IndividualEnrollment;
        Enrollment shape = kind == EnrollmentKind.Individual
            ? new IndividualEnrollment
            {
                InstanceName = instanceName,
                Id = stored?.Id ?? id,
                Attestation = attestation,
                ETag = ETag.Create(now),
                CreatedUtc = stored?.CreatedUtc ?? now,
                LastUpdatedUtc = now,
                DeviceId = definition.DeviceId,
                OptionalDeviceInformation = definition.Knows(EnrollmentMembers.OptionalDeviceInformation)
                    ? FreeJson.WithoutNulls(definition.OptionalDeviceInformation)
                    : individual?.OptionalDeviceInformation,
            }
            : new EnrollmentGroup
            {
                InstanceName = instanceName,
                Id = stored?.Id ?? id,
                Attestation = attestation,
                ETag = ETag.Create(now),
                CreatedUtc = stored?.CreatedUtc ?? now,
                LastUpdatedUtc = now,
            };

        return shape with
        {
            ProvisioningStatus = definition.ProvisioningStatus,
            Capabilities = knowsCapabilities ? definition.Capabilities : stored?.Capabilities,
            IotHubHostName = string.IsNullOrEmpty(definition.IotHubHostName) ? null : definition.IotHubHostName,
            IotHubs = knowsPlacement ? WithoutRepetitions(definition.IotHubs) : stored?.IotHubs,
            AllocationPolicy = knowsPlacement ? definition.AllocationPolicy : stored?.AllocationPolicy,
            CustomAllocationDefinition = knowsPlacement ? definition.CustomAllocationDefinition : stored?.CustomAllocationDefinition,
            ReprovisionPolicy = knowsPlacement ? definition.ReprovisionPolicy : stored?.ReprovisionPolicy,
            InitialTwin = FreeJson.WithoutNulls(definition.InitialTwin?.Document) is { } twin ? new InitialTwin(twin) : null,
            CertificatePolicy = policy,
        };
    }

    private static string[]? WithoutRepetitions(IReadOnlyList<string>? hubs) =>
        hubs is { Count: > 0 } ? [.. hubs.Distinct(StringComparer.OrdinalIgnoreCase)] : null;
}
