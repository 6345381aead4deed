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
        Settings = EnrollmentSettings.Of(after),
    };

    /// <summary>What differs between two versions of an enrollment, ordered by path.</summary>
    public static IReadOnlyList<AuditChange> Differences(EnrollmentSettings from, EnrollmentSettings to)
    {
        var (old, now) = (new AuditMembers(), new AuditMembers());
        AddSettings(old, from);
        AddSettings(now, to);
        return now.Since(old);
    }

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
        AddSettings(members, EnrollmentSettings.Of(enrollment));

        // Its query often holds a function key.
        members.AddSecret("customAllocationDefinition.webhookUrl", enrollment.CustomAllocationDefinition?.WebhookUrl);
        return members;
    }

    private static void AddSettings(AuditMembers members, EnrollmentSettings settings)
    {
        members.Add("provisioningStatus", Lower(settings.ProvisioningStatus?.ToString()));
        members.Add("capabilities.iotEdge", Flag(settings.Capabilities?.IotEdge));
        members.Add("iotHubHostName", settings.IotHubHostName);
        members.Add("iotHubs", settings.IotHubs is { } hubs ? string.Join(", ", hubs) : null);
        members.Add("allocationPolicy", Lower(settings.AllocationPolicy?.ToString()));
        members.Add("reprovisionPolicy.updateHubAssignment", Flag(settings.ReprovisionPolicy?.UpdateHubAssignment));
        members.Add("reprovisionPolicy.migrateDeviceData", Flag(settings.ReprovisionPolicy?.MigrateDeviceData));
        members.Add("customAllocationDefinition.apiVersion", settings.WebhookApiVersion);
        members.Add("namespaceName", settings.CertificatePolicy?.NamespaceName);
        members.Add("certificateAuthorityName", settings.CertificatePolicy?.CertificateAuthorityName);
        members.Add("certificatePolicyName", settings.CertificatePolicy?.CertificatePolicyName);
        members.Add("initialTwin", settings.InitialTwin?.Document);
        members.Add("deviceId", settings.DeviceId);
        members.Add("optionalDeviceInformation", settings.OptionalDeviceInformation);
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
