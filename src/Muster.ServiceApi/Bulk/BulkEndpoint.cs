using System.Text.Json;
using Muster.Api.Directories;
using Muster.Core.Enrollments;
using Muster.Core.Errors;
using Muster.ServiceApi.Requests;

namespace Muster.ServiceApi.Bulk;

/// <summary>The bulk operation on individual enrollments and enrollment groups (service-api S-7, 4 and 10; S-8.4).</summary>
internal static class BulkEndpoint
{
    /// <summary>Runs the items. Refused items travel in a 200.</summary>
    public static async Task<Refusal?> PostAsync(ServiceRequest request, EnrollmentKind kind)
    {
        var body = await JsonBody.ReadAsync(
            request, BulkReader.BodyLimit, root => BulkReader.Read(root, kind, request.MembersOf(kind)));
        if (!body.Try(out var bulk, out var unreadable)) return unreadable;

        // Only directory tokens tell writing from deleting (service-api S-7).
        var delete = DataActions.Delete(kind);
        if (bulk.Mode == BulkMode.Delete && !request.Caller.Allows(delete)) return Refusals.Forbidden(delete);

        var result = await request.Service<BulkEnrollmentService>()
            .RunAsync(request.Caller.Audit, request.Instance, kind, bulk.Mode, bulk.Items, request.Aborted);
        if (!result.Try(out var outcome, out var refused)) return refused;

        request.Log($"bulk {bulk.Mode}", $"{bulk.Items.Count - outcome.Errors.Count} of {bulk.Items.Count}");
        await request.OkAsync(writer => Write(writer, kind, outcome));
        return null;
    }

    private static void Write(Utf8JsonWriter writer, EnrollmentKind kind, BulkOutcome outcome)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("errors");
        foreach (var error in outcome.Errors)
        {
            writer.WriteStartObject();
            writer.WriteString(EnrollmentRules.IdMember(kind), error.Id);
            writer.WriteNumber("errorCode", error.Refusal.Code);
            writer.WriteString("errorStatus", error.Refusal.Message);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteBoolean("isSuccessful", outcome.Errors.Count == 0);
        writer.WriteEndObject();
    }
}
