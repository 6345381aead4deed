using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Muster.Api.Json;
using Muster.Api.Requests;
using Muster.Core.Certificates;
using Muster.Core.Concurrency;
using Muster.Core.Errors;
using Muster.ManagementApi.Requests;

namespace Muster.ManagementApi.Certificates;

/// <summary>The certificate operations (management-api ).</summary>
internal static class CertificateEndpoints
{
    /// <summary>All certificates on one page.</summary>
    public static async Task<Refusal?> ListAsync(ManagementRequest request)
    {
        var authorities = await Service(request).ListAsync(request.Instance, request.Aborted);
        await JsonResponse.WriteAsync(request.Context, StatusCodes.Status200OK, writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("value");
            foreach (var authority in authorities) CertificateWriter.Write(writer, request, authority);
            writer.WriteEndArray();
            writer.WriteEndObject();
        });
        return null;
    }

    /// <summary>One certificate; <c>If-Match</c> is ignored.</summary>
    public static async Task<Refusal?> GetAsync(ManagementRequest request) =>
        await AnswerAsync(request, await Service(request).FindAsync(request.Instance, request.CertificateName, request.Aborted));

    /// <summary>Uploads or replaces; 200 in both cases.</summary>
    public static async Task<Refusal?> PutAsync(ManagementRequest request)
    {
        var body = await CertificateBody.ReadAsync(request, RequestBody.MessageLimit);
        if (!body.Try(out var members, out var refusal) || !members.RequireCertificate().Try(out var content, out refusal)) return refusal;

        // One client replaces with an empty If-Match (management-api ).
        var header = request.Context.Request.Headers.IfMatch;
        var condition = header.Count > 0 && string.IsNullOrWhiteSpace(header.ToString()) ? ETagCondition.Any : request.IfMatch;
        var result = await Service(request).PutAsync(
            request.AuditCaller, request.Instance, request.CertificateName, content, members.IsVerified ?? false, condition, request.Aborted);
        return await AnswerAsync(request, result, "put");
    }

    /// <summary>Deletes: 200 with an empty body, 204 where there is none.</summary>
    public static async Task<Refusal?> DeleteAsync(ManagementRequest request)
    {
        var refusal = await Service(request).DeleteAsync(
            request.AuditCaller, request.Instance, request.CertificateName, request.IfMatch, request.Aborted);
        if (refusal is not null && refusal.HttpStatus != StatusCodes.Status404NotFound) return refusal;
        if (refusal is null) request.Audit("delete");
        request.Context.Response.StatusCode = refusal is null ? StatusCodes.Status200OK : StatusCodes.Status204NoContent;
        if (refusal is null) request.Context.Response.ContentLength = 0;
        return null;
    }

    /// <summary>Makes a code and shows it, with the uploaded content.</summary>
    public static async Task<Refusal?> GenerateCodeAsync(ManagementRequest request) => await AnswerAsync(
        request,
        await Service(request).GenerateCodeAsync(request.AuditCaller, request.Instance, request.CertificateName, request.IfMatch, request.Aborted),
        "generateVerificationCode",
        showsCode: true);

    /// <summary>Verifies possession.</summary>
    public static async Task<Refusal?> VerifyAsync(ManagementRequest request)
    {
        var body = await CertificateBody.ReadAsync(request, RequestBody.MessageLimit);
        if (!body.Try(out var members, out var refusal) || !members.RequireCertificate().Try(out var content, out refusal)) return refusal;
        return await AnswerAsync(
            request,
            await Service(request).VerifyAsync(request.AuditCaller, request.Instance, request.CertificateName, content, request.IfMatch, request.Aborted),
            "verify");
    }

    /// <summary>Answers with the certificate, or hands the refusal back.</summary>
    internal static async Task<Refusal?> AnswerAsync(
        ManagementRequest request, Result<CaCertificate> result, string? audited = null, bool showsCode = false)
    {
        if (!result.Try(out var authority, out var refusal)) return refusal;
        if (audited is not null) request.Audit(audited);
        request.Context.Response.Headers.ETag = authority.ETag;
        await JsonResponse.WriteAsync(
            request.Context, StatusCodes.Status200OK, writer => CertificateWriter.Write(writer, request, authority, showsCode));
        return null;
    }

    internal static CaCertificateService Service(ManagementRequest request) =>
        request.Context.RequestServices.GetRequiredService<CaCertificateService>();
}
