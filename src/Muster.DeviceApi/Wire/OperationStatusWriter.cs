using System.Text.Json;
using Muster.Api.Json;
using Muster.Api.Registrations;
using Muster.Core.Attestation;
using Muster.Core.Enrollments;
using Muster.Core.Registration;

namespace Muster.DeviceApi.Wire;

/// <summary>The answers to register, poll and lookup (device-protocols 1.5), the same bytes on every transport.</summary>
public static class OperationStatusWriter
{
    /// <summary>Writes the envelope: operation ID, status, state.</summary>
    public static void WriteOperation(Utf8JsonWriter writer, RegistrationRecord record, string apiVersion)
    {
        // A disabled device has no operation to poll: its operation ID is the empty text.
        writer.WriteStartObject();
        writer.WriteString("operationId", record.OperationId);
        writer.WriteString("status", WireEnum.Format(record.Status));
        writer.WritePropertyName(apiVersion == DeviceApiVersions.OldestPreview ? "registrationStatus" : "registrationState");
        WriteState(writer, record, apiVersion);
        writer.WriteEndObject();
    }

    /// <summary>Writes the bare state, as the lookup answers it.</summary>
    public static void WriteState(Utf8JsonWriter writer, RegistrationRecord record, string apiVersion) =>
        RegistrationStateWriter.Write(writer, record, apiVersion, RegistrationAudience.Device, mechanism => WriteMechanism(mechanism, record));

    private static void WriteMechanism(Utf8JsonWriter writer, RegistrationRecord record)
    {
        var isGroup = record.EnrollmentKind == EnrollmentKind.Group;
        switch (record.AttestationType)
        {
            case AttestationType.SymmetricKey when isGroup: WriteGroup("symmetricKey"); break;
            case AttestationType.X509 when isGroup: WriteGroup("x509"); break;
            case AttestationType.Tpm when record.TpmAuthenticationKey is { } key:
                writer.WriteStartObject("tpm");
                writer.WriteBase64String("authenticationKey", key.Span);
                writer.WriteEndObject();
                break;
            case AttestationType.X509:
                writer.WriteStartObject("x509");
                writer.WriteEndObject();
                break;
        }

        void WriteGroup(string name)
        {
            writer.WriteStartObject(name);
            writer.WriteString("enrollmentGroupId", record.EnrollmentId);
            writer.WriteEndObject();
        }
    }
}
