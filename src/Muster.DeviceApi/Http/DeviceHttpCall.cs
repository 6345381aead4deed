using Microsoft.AspNetCore.Http;
using Muster.Api.Errors;
using Muster.Api.Requests;
using Muster.Core.Errors;
using Muster.Core.Networking;
using Muster.Core.Registration;
using Muster.DeviceApi.Wire;

namespace Muster.DeviceApi.Http;

/// <summary>A device's HTTP request, read: version, body, credential. Refusals at this stage leave a trace too.</summary>
internal sealed record DeviceHttpCall(DeviceRequest Request, RegisterBody Body)
{
    /// <summary>Reads the request, or answers it with the refusal and returns null.</summary>
    /// <param name="context">The request.</param>
    /// <param name="operation">Operation name for the trace.</param>
    /// <param name="service">Takes the trace of a refusal.</param>
    /// <param name="readsBody">False where bodies are meaningless and ignored.</param>
    public static async Task<DeviceHttpCall?> ReadAsync(HttpContext context, string operation, RegistrationService service, bool readsBody)
    {
        var request = new DeviceRequest
        {
            IdScope = context.Request.RouteValues["idScope"] as string ?? "",
            RegistrationId = context.Request.RouteValues["registrationId"] as string ?? "",
            Operation = operation,
            ApiVersion = context.Request.Query["api-version"].ToString(),
            Protocol = "Http",
            Client = ClientOf(context.Request.Headers),
            RemoteAddress = IpFilterRule.Text(context.Connection.RemoteIpAddress),
            LocalAddress = context.Connection.LocalIpAddress?.ToString() ?? "",
            TrackingId = context.TrackingId(),
        };

        if (!ApiVersion.Read(context, DeviceApiVersions.All).Try(out var version, out var refusal))
            return await RefuseAsync("api-version", refusal);

        request = request with { ApiVersion = version };
        var body = RegisterBody.Empty;
        if (readsBody)
        {
            if (!(await RequestBody.ReadAsync(context, RequestBody.MessageLimit)).Try(out var bytes, out refusal))
                return await RefuseAsync("body", refusal);

            // Some clients name no content type at all; one that is named must be JSON.
            if (bytes.Length > 0 && context.Request.ContentType is not null && !RequestBody.HasJsonContentType(context))
                return await RefuseAsync("content type", Refusals.UnsupportedMediaType);
            if (!RegisterBody.Parse(bytes).Try(out body, out refusal)) return await RefuseAsync("body", refusal);
        }

        var (evidence, problem) = await DeviceCredential.ReadAsync(context, body);
        return new DeviceHttpCall(request with { Evidence = evidence, EvidenceProblem = problem }, body);

        async Task<DeviceHttpCall?> RefuseAsync(string check, Refusal why)
        {
            await ErrorResponse.WriteAsync(context, await service.RefuseAsync(request, check, why.Message, why, context.RequestAborted));
            return null;
        }
    }

    // The C client spells the header in one word (device-protocols 2.1).
    private static string ClientOf(IHeaderDictionary headers) =>
        headers.UserAgent.Count > 0 ? headers.UserAgent.ToString() : headers["UserAgent"].ToString();
}
