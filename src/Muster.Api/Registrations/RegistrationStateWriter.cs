using System.Text.Json;
using Muster.Api.Json;
using Muster.Api.Requests;
using Muster.Core.Registration;

namespace Muster.Api.Registrations;

/// <summary>
/// The registration state as both APIs write it (service-api S-6.11, device-protocols 1.5): members in fixed order, absent ones
/// left out.
/// </summary>
public static class RegistrationStateWriter
{
    /// <summary>Writes the object.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="record">The record.</param>
    /// <param name="apiVersion">The caller's version: older ones do not know every substatus.</param>
    /// <param name="audience">Who reads it.</param>
    /// <param name="writeMechanism">Writes the mechanism object of an assigned device, or null where there is none.</param>
    public static void Write(
        Utf8JsonWriter writer,
        RegistrationRecord record,
        string apiVersion,
        RegistrationAudience audience,
        Action<Utf8JsonWriter>? writeMechanism = null)
    {
        var isFinal = record.Status != RegistrationStatus.Assigning;
        Func<DateTimeOffset, string> formatTime = audience == RegistrationAudience.Device ? WireTime.Full : WireTime.Trimmed;

        writer.WriteStartObject();
        if (record.Status == RegistrationStatus.Assigned) writeMechanism?.Invoke(writer);
        writer.WriteString("registrationId", record.RegistrationId);

        // A disabled answer has no date of creation (behaviour B-8.1).
        if (record.Status != RegistrationStatus.Disabled) writer.WriteString("createdDateTimeUtc", formatTime(record.CreatedUtc));

        // A device on the move still shows where it stands.
        if (record.Status is RegistrationStatus.Assigned or RegistrationStatus.Assigning && record.Assignment is { } assignment)
        {
            writer.WriteString("assignedHub", assignment.HubHostName);
            writer.WriteString("deviceId", assignment.DeviceId);
        }

        writer.WriteString("status", WireEnum.Format(record.Status));
        if (record.Status == RegistrationStatus.Assigned && record.Substatus is { } substatus)
            writer.WriteString("substatus", WireEnum.Format(KnownTo(apiVersion, substatus)));
        if (record.Status == RegistrationStatus.Failed)
        {
            writer.WriteNumber("errorCode", record.ErrorCode ?? 0);
            writer.WriteString("errorMessage", record.ErrorMessage ?? "");
        }

        writer.WriteString("lastUpdatedDateTimeUtc", formatTime(record.LastUpdatedUtc));
        if (isFinal || audience == RegistrationAudience.Service) writer.WriteString("etag", record.ETag);
        if (isFinal && record.Payload is { } payload)
        {
            writer.WritePropertyName("payload");
            payload.WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    private static RegistrationSubstatus KnownTo(string apiVersion, RegistrationSubstatus substatus) =>
        substatus == RegistrationSubstatus.ReprovisionedToInitialAssignment
            && !ApiVersion.IsAtLeast(apiVersion, ApiVersion.ReprovisionedSubstatus)
            ? RegistrationSubstatus.InitialAssignment
            : substatus;
}
