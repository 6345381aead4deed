using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Muster.Core.Attestation;
using Muster.Core.Enrollments;

namespace Muster.Portal.Enrollments;

/// <summary>An enrollment as a JSON document to read, without secrets.</summary>
internal static class EnrollmentJson
{
    public static string Of(Enrollment enrollment)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            Write(json, enrollment);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void Write(Utf8JsonWriter json, Enrollment enrollment)
    {
        var individual = enrollment as IndividualEnrollment;
        json.WriteStartObject();
        json.WriteString(EnrollmentRules.IdMember(enrollment.Kind), enrollment.Id);
        if (individual?.DeviceId is { } deviceId) json.WriteString("deviceId", deviceId);
        json.WriteStartObject("attestation");
        json.WriteString("type", JsonNamingPolicy.CamelCase.ConvertName(enrollment.Attestation.Type.ToString()));
        if (enrollment.Attestation is TpmAttestation tpm) json.WriteString("endorsementKey", tpm.EndorsementKey);
        if (enrollment.Attestation is X509CaReferenceAttestation ca)
        {
            json.WriteString("caReferencePrimary", ca.Primary);
            json.WriteString("caReferenceSecondary", ca.Secondary);
        }

        if (enrollment.Attestation is X509CertificateAttestation x509)
        {
            json.WriteString("primarySha256", x509.Primary?.Info.Sha256Thumbprint);
            json.WriteString("secondarySha256", x509.Secondary?.Info.Sha256Thumbprint);
        }

        json.WriteEndObject();
        json.WriteString("provisioningStatus", enrollment.IsEnabled ? "enabled" : "disabled");
        if (enrollment.Capabilities is { } capabilities) json.WriteBoolean("iotEdge", capabilities.IotEdge);
        if (enrollment.IotHubHostName is { } hub) json.WriteString("iotHubHostName", hub);
        if (enrollment.IotHubs is { } hubs)
        {
            json.WriteStartArray("iotHubs");
            foreach (var name in hubs) json.WriteStringValue(name);
            json.WriteEndArray();
        }

        if (enrollment.AllocationPolicy is { } policy) json.WriteString("allocationPolicy", JsonNamingPolicy.CamelCase.ConvertName(policy.ToString()));
        if (enrollment.CustomAllocationDefinition is { } custom) json.WriteString("webhookUrl", custom.WebhookUrl.Split('?')[0]);
        if (enrollment.ReprovisionPolicy is { } again)
        {
            json.WriteStartObject("reprovisionPolicy");
            json.WriteBoolean("updateHubAssignment", again.UpdateHubAssignment);
            json.WriteBoolean("migrateDeviceData", again.MigrateDeviceData);
            json.WriteEndObject();
        }

        if (enrollment.InitialTwin is { } twin)
        {
            json.WritePropertyName("initialTwin");
            twin.Document.WriteTo(json);
        }

        if (individual?.OptionalDeviceInformation is { } information)
        {
            json.WritePropertyName("optionalDeviceInformation");
            information.WriteTo(json);
        }

        json.WriteString("createdDateTimeUtc", enrollment.CreatedUtc);
        json.WriteString("lastUpdatedDateTimeUtc", enrollment.LastUpdatedUtc);
        json.WriteString("etag", enrollment.ETag);
        json.WriteEndObject();
    }
}
