using Muster.Core.Attestation;
using Muster.Core.Enrollments;

namespace Muster.Core.Audit;

/// <summary>Audit entries of enrollments.</summary>
public static class EnrollmentAudit
{
    /// <summary>The entry of a write: a creation when nothing was stored, else what differs.</summary>
    public static AuditEntry Written(AuditCaller caller, Enrollment? before, Enrollment after) => new()
    {
        InstanceName = after.InstanceName,
        AtUtc = after.LastUpdatedUtc,
        Caller = caller,
        Action = before is null ? AuditAction.Create : AuditAction.Update,
        Entity = EntityOf(after.Kind),
        EntityId = after.Id,
        Changes = MembersOf(after).Since(before is null ? new AuditMembers() : MembersOf(before)),
    };

    /// <summary>The entry of a deletion or of a disclosure of keys.</summary>
    public static AuditEntry Of(AuditCaller caller, Enrollment enrollment, AuditAction action, DateTimeOffset now) => new()
    {
        InstanceName = enrollment.InstanceName,
        AtUtc = now,
        Caller = caller,
        Action = action,
        Entity = EntityOf(enrollment.Kind),
        EntityId = enrollment.Id,
    };

    /// <summary>How audit entries call an enrollment of <paramref name="kind"/>.</summary>
    public static AuditEntity EntityOf(EnrollmentKind kind) =>
        kind == EnrollmentKind.Individual ? AuditEntity.Enrollment : AuditEntity.EnrollmentGroup;

    private static AuditMembers MembersOf(Enrollment enrollment)
    {
        var members = new AuditMembers();
        AddAttestation(members, enrollment.Attestation);
        members.Add("provisioningStatus", Lower(enrollment.ProvisioningStatus?.ToString()));
        members.Add("capabilities.iotEdge", Flag(enrollment.Capabilities?.IotEdge));
        members.Add("iotHubHostName", enrollment.IotHubHostName);
        members.Add("iotHubs", enrollment.IotHubs is { } hubs ? string.Join(", ", hubs) : null);
        members.Add("allocationPolicy", Lower(enrollment.AllocationPolicy?.ToString()));
        members.Add("reprovisionPolicy.updateHubAssignment", Flag(enrollment.ReprovisionPolicy?.UpdateHubAssignment));
        members.Add("reprovisionPolicy.migrateDeviceData", Flag(enrollment.ReprovisionPolicy?.MigrateDeviceData));
        members.Add("customAllocationDefinition.apiVersion", enrollment.CustomAllocationDefinition?.ApiVersion);
        // Its query often holds a function key.
        members.AddSecret("customAllocationDefinition.webhookUrl", enrollment.CustomAllocationDefinition?.WebhookUrl);
        members.Add("namespaceName", enrollment.CertificatePolicy?.NamespaceName);
        members.Add("certificateAuthorityName", enrollment.CertificatePolicy?.CertificateAuthorityName);
        members.Add("certificatePolicyName", enrollment.CertificatePolicy?.CertificatePolicyName);
        members.Add("initialTwin", enrollment.InitialTwin?.Document);
        if (enrollment is not IndividualEnrollment individual) return members;
        members.Add("deviceId", individual.DeviceId);
        members.Add("optionalDeviceInformation", individual.OptionalDeviceInformation);
        return members;
    }

    private static void AddAttestation(AuditMembers members, AttestationMechanism attestation)
    {
        members.Add("attestation.type", Lower(attestation.Type.ToString()));
        switch (attestation)
        {
            case SymmetricKeyAttestation symmetric:
                members.AddSecret("attestation.symmetricKey.primaryKey", symmetric.Keys.Primary.Reveal());
                members.AddSecret("attestation.symmetricKey.secondaryKey", symmetric.Keys.Secondary.Reveal());
                break;
            case TpmAttestation tpm:
                members.Add("attestation.tpm.endorsementKey", tpm.EndorsementKey);
                members.Add("attestation.tpm.storageRootKey", tpm.StorageRootKey);
                break;
            case X509CertificateAttestation x509:
                var use = x509.Use == X509CertificateUse.Client ? "clientCertificates" : "signingCertificates";
                members.Add($"attestation.x509.{use}.primary", x509.Primary?.Info.Sha256Thumbprint);
                members.Add($"attestation.x509.{use}.secondary", x509.Secondary?.Info.Sha256Thumbprint);
                break;
            case X509CaReferenceAttestation references:
                members.Add("attestation.x509.caReferences.primary", references.Primary);
                members.Add("attestation.x509.caReferences.secondary", references.Secondary);
                break;
        }
    }

    private static string? Lower(string? name) => name is null ? null : char.ToLowerInvariant(name[0]) + name[1..];

    private static string? Flag(bool? value) => value switch { null => null, true => "true", false => "false" };
}
