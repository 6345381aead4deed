using System.Text.Json;
using Muster.Api.Json;
using Muster.Core.Enrollments;

namespace Muster.ServiceApi.Enrollments;

/// <summary>
/// Writes an enrollment: members in the original's order, absent ones left out, <c>provisioningStatus</c> always there, nothing
/// that the caller's version does not know (service-api S-6.1, S-1.4, S-2).
/// </summary>
internal static class EnrollmentWriter
{
    /// <summary>Writes the object.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="enrollment">The stored enrollment.</param>
    /// <param name="known">The members that the request's version knows.</param>
    /// <param name="showKeys">Whether symmetric keys are shown.</param>
    /// <param name="writeRegistrationState">Writes the value of <c>registrationState</c>; null where that member does not belong.</param>
    public static void Write(
        Utf8JsonWriter writer,
        Enrollment enrollment,
        EnrollmentMembers known,
        bool showKeys,
        Action<Utf8JsonWriter>? writeRegistrationState = null)
    {
        writer.WriteStartObject();
        writer.WriteString(EnrollmentRules.IdMember(enrollment.Kind), enrollment.Id);
        if (enrollment is IndividualEnrollment individual) WriteIndividualMembers(writer, individual, known, writeRegistrationState);
        writer.WritePropertyName("attestation");
        AttestationWriter.Write(writer, enrollment.Attestation, showKeys);
        if (known.HasFlag(EnrollmentMembers.Capabilities) && enrollment.Capabilities is { } capabilities)
        {
            writer.WriteStartObject("capabilities");
            writer.WriteBoolean("iotEdge", capabilities.IotEdge);
            writer.WriteEndObject();
        }

        WriteText(writer, "iotHubHostName", enrollment.IotHubHostName);
        if (enrollment.CertificatePolicy is { } policy) WriteCertificatePolicy(writer, policy, known);
        if (enrollment.InitialTwin is { } twin)
        {
            writer.WritePropertyName("initialTwin");
            twin.Document.WriteTo(writer);
        }

        writer.WriteString("etag", enrollment.ETag);
        writer.WriteString("provisioningStatus", enrollment.ProvisioningStatus is { } status ? WireEnum.Format(status) : null);
        var knowsPlacement = known.HasFlag(EnrollmentMembers.Placement);
        if (knowsPlacement && enrollment.ReprovisionPolicy is { } reprovision)
        {
            writer.WriteStartObject("reprovisionPolicy");
            writer.WriteBoolean("updateHubAssignment", reprovision.UpdateHubAssignment);
            writer.WriteBoolean("migrateDeviceData", reprovision.MigrateDeviceData);
            writer.WriteEndObject();
        }

        writer.WriteString("createdDateTimeUtc", WireTime.Trimmed(enrollment.CreatedUtc));
        writer.WriteString("lastUpdatedDateTimeUtc", WireTime.Trimmed(enrollment.LastUpdatedUtc));
        if (knowsPlacement) WritePlacement(writer, enrollment);
        writer.WriteEndObject();
    }

    private static void WriteIndividualMembers(
        Utf8JsonWriter writer,
        IndividualEnrollment individual,
        EnrollmentMembers known,
        Action<Utf8JsonWriter>? writeRegistrationState)
    {
        WriteText(writer, "deviceId", individual.DeviceId);
        if (writeRegistrationState is not null)
        {
            writer.WritePropertyName("registrationState");
            writeRegistrationState(writer);
        }

        if (known.HasFlag(EnrollmentMembers.OptionalDeviceInformation) && individual.OptionalDeviceInformation is { } information)
        {
            writer.WritePropertyName("optionalDeviceInformation");
            information.WriteTo(writer);
        }
    }

    private static void WriteCertificatePolicy(Utf8JsonWriter writer, CertificatePolicyReference policy, EnrollmentMembers known)
    {
        if (known.HasFlag(EnrollmentMembers.CredentialPolicyName)) writer.WriteString("credentialPolicyName", policy.CertificatePolicyName);
        if (known.HasFlag(EnrollmentMembers.CertificatePolicyResourceId))
            writer.WriteString("certificatePolicyResourceId", policy.ToResourceId());
        if (!known.HasFlag(EnrollmentMembers.CertificatePolicyNames)) return;
        writer.WriteString("namespaceName", policy.NamespaceName);
        writer.WriteString("certificateAuthorityName", policy.CertificateAuthorityName);
        writer.WriteString("certificatePolicyName", policy.CertificatePolicyName);
    }

    private static void WritePlacement(Utf8JsonWriter writer, Enrollment enrollment)
    {
        if (enrollment.AllocationPolicy is { } allocation) writer.WriteString("allocationPolicy", WireEnum.Format(allocation));
        if (enrollment.IotHubs is { } hubs)
        {
            writer.WriteStartArray("iotHubs");
            foreach (var hub in hubs) writer.WriteStringValue(hub);
            writer.WriteEndArray();
        }

        if (enrollment.CustomAllocationDefinition is not { } webhook) return;
        writer.WriteStartObject("customAllocationDefinition");
        writer.WriteString("webhookUrl", webhook.WebhookUrl);
        writer.WriteString("apiVersion", webhook.ApiVersion);
        writer.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter writer, string name, string? text)
    {
        if (text is not null) writer.WriteString(name, text);
    }
}
