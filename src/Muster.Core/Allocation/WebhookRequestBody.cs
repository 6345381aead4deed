using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Muster.Core.Attestation;
using Muster.Core.Concurrency;
using Muster.Core.Enrollments;

namespace Muster.Core.Allocation;

/// <summary>The question to a webhook (iot-hub 5.5): the enrollment without secrets, the device, the hubs to choose from.</summary>
public sealed class WebhookRequestBody
{
    /// <summary>What stands for the query of the webhook's own URL.</summary>
    public const string MaskedQuery = "****";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly IEnrollmentFormat _format;

    /// <summary>Makes the writer.</summary>
    public WebhookRequestBody(IEnrollmentFormat format) => _format = format;

    /// <summary>Writes the body.</summary>
    public ReadOnlyMemory<byte> Write(AllocationRequest request, CustomAllocationDefinition webhook)
    {
        var buffer = new ArrayBufferWriter<byte>(2048);
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            writer.WritePropertyName(request.Enrollment.Kind == EnrollmentKind.Group ? "enrollmentGroup" : "individualEnrollment");
            _format.Write(writer, WithoutSecrets(request.Enrollment, webhook), webhook.ApiVersion);
            WriteContext(writer, request);
            writer.WriteStartArray("linkedHubs");
            foreach (var hub in request.Candidates) writer.WriteStringValue(hub.HostName);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    /// <summary>The URL with its query masked.</summary>
    public static string Masked(string url)
    {
        var query = url.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? url : url[..(query + 1)] + MaskedQuery;
    }

    // The webhook gets the entity tag as it is inside: with its quotes, not in Base64.
    private static Enrollment WithoutSecrets(Enrollment enrollment, CustomAllocationDefinition webhook) => enrollment with
    {
        CustomAllocationDefinition = webhook with { WebhookUrl = Masked(webhook.WebhookUrl) },
        ETag = ETag.InnerText(enrollment.ETag) is { } inner ? $"\"{inner}\"" : enrollment.ETag,
    };

    private static void WriteContext(Utf8JsonWriter writer, AllocationRequest request)
    {
        writer.WriteStartObject("deviceRuntimeContext");
        writer.WriteString("registrationId", request.RegistrationId);
        if (request.Current is { } current)
        {
            writer.WriteString("currentIotHubHostName", current.HubHostName);
            writer.WriteString("currentDeviceId", current.DeviceId);
        }

        switch (request.Enrollment.Attestation.Type)
        {
            case AttestationType.SymmetricKey:
                writer.WriteStartObject("symmetricKey");
                writer.WriteEndObject();
                break;
            case AttestationType.X509:
                writer.WriteStartObject("x509");
                if (request.Evidence is X509Evidence x509) writer.WriteBase64String("clientCertificate", x509.Leaf.Span);
                writer.WriteEndObject();
                break;
            case AttestationType.Tpm:
                writer.WriteStartObject("tpm");
                if (request.Evidence is TpmEvidence tpm)
                {
                    writer.WriteString("endorsementKey", tpm.EndorsementKey);
                    writer.WriteString("storageRootKey", tpm.StorageRootKey);
                }

                writer.WriteEndObject();
                break;
        }

        if (request.Payload is { } payload)
        {
            writer.WritePropertyName("payload");
            payload.WriteTo(writer);
        }

        writer.WriteEndObject();
    }
}
