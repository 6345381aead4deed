using Microsoft.Extensions.DependencyInjection;
using Muster.Core.Certificates.Verification;
using Muster.Core.Concurrency;
using Muster.Core.Errors;
using Muster.ManagementApi.Requests;

namespace Muster.ManagementApi.Certificates;

/// <summary>Revocation checking of a CA certificate: <c>{"isEnabled":true,"url":null,"allowStale":false,"list":"Base64"}</c>.</summary>
internal static class RevocationEndpoints
{
    /// <summary>Sets what the body holds; an absent list keeps the stored one.</summary>
    public static async Task<Refusal?> PutAsync(ManagementRequest request)
    {
        // Base64 takes a third more.
        var limit = (request.Context.RequestServices.GetRequiredService<X509Options>().MaxRevocationListBytes / 3 * 4) + 4096;
        var body = await CertificateBody.ReadAsync(request, limit);
        if (!body.Try(out var members, out var refusal)) return refusal;

        byte[] list = [];
        if (members.List is { } text)
        {
            list = new byte[(text.Length / 4 * 3) + 3];
            if (!Convert.TryFromBase64String(text, list, out var written)) return Refusals.InvalidMember("list", "it must be Base64.");
            list = list[..written];
        }

        var service = CertificateEndpoints.Service(request);
        var result = await service.SetRevocationAsync(
            request.AuditCaller, request.Instance, request.CertificateName, members.IsEnabled ?? true, members.Url, members.AllowStale ?? false,
            request.IfMatch, request.Aborted);
        if (result.Value is not null && list.Length > 0 && members.IsEnabled != false)
            result = await service.PutRevocationListAsync(
                request.AuditCaller, request.Instance, request.CertificateName, list, ETagCondition.Any, request.Aborted);
        return await CertificateEndpoints.AnswerAsync(request, result, "revocation");
    }
}
