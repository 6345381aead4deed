using System.Text.Json;
using Muster.Api.Json;
using Muster.Api.Registrations;
using Muster.Core.Errors;
using Muster.Core.Queries;
using Muster.Core.Registration;
using Muster.ServiceApi.Queries;
using Muster.ServiceApi.Requests;

namespace Muster.ServiceApi.Registrations;

/// <summary>The operations on registration records (service-api S-7, 13-15; S-7.5).</summary>
internal static class RegistrationEndpoints
{
    /// <summary>Reads a record, made through an individual or a group (13).</summary>
    public static async Task<Refusal?> GetAsync(ServiceRequest request)
    {
        var found = await request.Service<RegistrationRecordService>().FindAsync(request.Instance, request.Id, request.Aborted);
        if (!found.Try(out var record, out var missing)) return missing;
        await request.OkAsync(writer => WriteState(writer, record.RegistrationId, record, request.ApiVersion));
        return null;
    }

    /// <summary>Deletes a record (14).</summary>
    public static async Task<Refusal?> DeleteAsync(ServiceRequest request)
    {
        var refusal = await request.Service<RegistrationRecordService>()
            .DeleteAsync(request.Caller.Audit, request.Instance, request.Id, request.IfMatch, request.Aborted);
        if (refusal is not null) return refusal;

        request.Log("delete registration", request.Id);
        request.NoContent();
        return null;
    }

    /// <summary>
    /// Lists the records of a group (15). No body is needed, and none is refused: Node and Java send query texts, others nothing. A
    /// text that parses is honoured.
    /// </summary>
    public static async Task<Refusal?> QueryGroupAsync(ServiceRequest request)
    {
        if (!PageRequest.Read(request).Try(out var asked, out var invalid)) return invalid;
        var body = await JsonBody.ReadAnyAsync(request, QueryText.Read);
        var result = await request.Service<QueryService>().ListGroupRegistrationsAsync(
            request.Instance, request.Id, body.Value?.Text ?? "", asked.Continuation, asked.Size, request.Aborted);
        if (!result.Try(out var page, out var refused)) return refused;

        await ItemArray.WriteAsync(
            request,
            "DeviceRegistration",
            asked,
            page,
            (writer, record) => WriteState(writer, record.RegistrationId, record, request.ApiVersion));
        return null;
    }

    /// <summary>Writes a record, or what is shown of a device that never registered.</summary>
    public static void WriteState(Utf8JsonWriter writer, string registrationId, RegistrationRecord? record, string apiVersion)
    {
        if (record is not null)
        {
            RegistrationStateWriter.Write(writer, record, apiVersion, RegistrationAudience.Service);
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("registrationId", registrationId);
        writer.WriteString("status", WireEnum.Format(RegistrationStatus.Unassigned));
        writer.WriteEndObject();
    }
}
