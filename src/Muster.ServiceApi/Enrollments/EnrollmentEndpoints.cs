using Muster.Core.Concurrency;
using Muster.Core.Enrollments;
using Muster.Core.Errors;
using Muster.Core.Queries;
using Muster.Core.Registration;
using Muster.ServiceApi.Queries;
using Muster.ServiceApi.Registrations;
using Muster.ServiceApi.Requests;

namespace Muster.ServiceApi.Enrollments;

/// <summary>The operations on individual enrollments and enrollment groups, which differ in little (service-api S-7, 1-12).</summary>
internal static class EnrollmentEndpoints
{
    /// <summary>Creates or replaces (2, 8).</summary>
    public static async Task<Refusal?> PutAsync(ServiceRequest request, EnrollmentKind kind)
    {
        if (!ReadPutCondition(request, out var condition, out var invalid)) return invalid;
        var body = await JsonBody.ReadAsync(request, root => EnrollmentReader.Read(root, kind, request.MembersOf(kind)));
        if (!body.Try(out var definition, out var unreadable)) return unreadable;

        var result = await request.Service<EnrollmentService>()
            .PutAsync(request.Caller.Audit, request.Instance, kind, request.Id, definition, condition, request.Aborted);
        if (!result.Try(out var enrollment, out var refused)) return refused;

        request.Log($"put {kind}", enrollment.Id);
        request.ForbidStoring();
        await request.OkAsync(writer => EnrollmentWriter.Write(writer, enrollment, request.MembersOf(kind), showKeys: true));
        return null;
    }

    /// <summary>Reads (1, 7); an individual shows the state of its registration.</summary>
    public static async Task<Refusal?> GetAsync(ServiceRequest request, EnrollmentKind kind)
    {
        var found = await request.Service<EnrollmentService>().FindAsync(request.Instance, kind, request.Id, request.Aborted);
        if (!found.Try(out var enrollment, out var missing)) return missing;

        RegistrationRecord? record = null;
        if (kind == EnrollmentKind.Individual)
        {
            var registration = await request.Service<RegistrationRecordService>()
                .FindAsync(request.Instance, enrollment.Id, request.Aborted);
            record = registration.Value;
        }

        await request.OkAsync(writer => EnrollmentWriter.Write(
            writer,
            enrollment,
            request.MembersOf(kind),
            showKeys: false,
            inner => RegistrationEndpoints.WriteState(inner, enrollment.Id, record, request.ApiVersion)));
        return null;
    }

    /// <summary>Deletes (3, 9).</summary>
    public static async Task<Refusal?> DeleteAsync(ServiceRequest request, EnrollmentKind kind)
    {
        var refusal = await request.Service<EnrollmentService>()
            .DeleteAsync(request.Caller.Audit, request.Instance, kind, request.Id, request.IfMatch, request.Aborted);
        if (refusal is not null) return refusal;

        request.Log($"delete {kind}", request.Id);
        request.NoContent();
        return null;
    }

    /// <summary>Gives the attestation with its keys (6, 12); a body is not read.</summary>
    public static async Task<Refusal?> GetAttestationAsync(ServiceRequest request, EnrollmentKind kind)
    {
        var found = await request.Service<EnrollmentService>()
            .RevealAsync(request.Caller.Audit, request.Instance, kind, request.Id, request.Aborted);
        if (!found.Try(out var enrollment, out var missing)) return missing;

        request.Log($"attestationmechanism {kind}", enrollment.Id);
        request.ForbidStoring();
        await request.OkAsync(writer => AttestationWriter.Write(writer, enrollment.Attestation, showKeys: true));
        return null;
    }

    /// <summary>Lists what a query selects, page by page (5, 11).</summary>
    public static async Task<Refusal?> QueryAsync(ServiceRequest request, EnrollmentKind kind)
    {
        var body = await JsonBody.ReadAsync(request, QueryText.Read);
        if (!body.Try(out var query, out var unreadable)) return unreadable;
        if (!PageRequest.Read(request).Try(out var asked, out var invalid)) return invalid;

        var result = await request.Service<QueryService>().ListEnrollmentsAsync(
            request.Instance, kind, query.Text, asked.Continuation, asked.Size, request.Aborted);
        if (!result.Try(out var page, out var refused)) return refused;

        var known = request.MembersOf(kind);
        await ItemArray.WriteAsync(
            request,
            kind == EnrollmentKind.Individual ? "Enrollment" : "EnrollmentGroup",
            asked,
            page,
            (writer, enrollment) => EnrollmentWriter.Write(writer, enrollment, known, showKeys: false));
        return null;
    }

    private static bool ReadPutCondition(ServiceRequest request, out ETagCondition condition, out Refusal? invalid)
    {
        condition = request.IfMatch;
        invalid = null;
        var ifNoneMatch = request.Context.Request.Headers.IfNoneMatch.ToString().Trim();
        if (ifNoneMatch.Length == 0 || !condition.IsNone) return true;

        condition = ETagCondition.CreateOnly;
        if (ifNoneMatch is not ("*" or "\"*\"")) invalid = Refusals.InvalidHeader("If-None-Match", "only '*' is supported.");
        return invalid is null;
    }
}
