using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Muster.Api.Requests;
using Muster.Core.Errors;
using Muster.Core.Instances;
using Muster.ManagementApi.Authentication;
using Muster.ManagementApi.Errors;

namespace Muster.ManagementApi.Requests;

/// <summary>What stands before every operation: a credential, the service, the right, the version.</summary>
internal static class ManagementGate
{
    private const string LogCategory = "Muster.ManagementApi";

    /// <summary>A request delegate that runs <paramref name="operation"/> behind the gate and answers with its refusal, if any.</summary>
    /// <param name="action">The role action (management-api A-9).</param>
    /// <param name="operation">The operation; it returns null after it answered.</param>
    public static RequestDelegate Guard(string action, Func<ManagementRequest, Task<Refusal?>> operation) => async context =>
    {
        // As the original answers; nothing of it may be kept.
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.Headers.Pragma = "no-cache";
        context.Response.Headers.Expires = "-1";
        if (await PassAsync(context, action) is not { } request) return;
        if (await operation(request) is { } refusal) await ManagementErrors.WriteAsync(context, refusal);
    };

    /// <summary>Writes the audit entry of an operation that changed something.</summary>
    public static void Audit(this ManagementRequest request, string operation) => ManagementApiLog.Audit(
        Logger(request.Context), request.Caller, request.Instance.Name, operation, request.CertificateName, request.Context.TrackingId());

    private static async Task<ManagementRequest?> PassAsync(HttpContext context, string action)
    {
        var services = context.RequestServices;
        var authenticators = services.GetServices<IManagementAuthenticator>().ToArray();
        var authorization = context.Request.Headers.Authorization.ToString();
        if (authorization.Length == 0)
            return await RejectAsync(context, authenticators, "Authentication failed. The 'Authorization' header is missing.", "there is no Authorization header.");
        if (Array.Find(authenticators, candidate => candidate.Handles(authorization)) is not { } authenticator)
        {
            return await RejectAsync(context, authenticators, "Authentication failed. The 'Authorization' header is of an unsupported kind.",
                "the Authorization header is of an unsupported kind.");
        }

        var name = context.Request.RouteValues["service"] as string ?? "";
        if (services.GetRequiredService<InstanceDirectory>().FindByName(name) is not { } instance)
        {
            await ManagementErrors.WriteAsync(context, StatusCodes.Status404NotFound, "ResourceNotFound",
                $"The Resource 'Microsoft.Devices/provisioningServices/{Shorten(name)}' was not found.");
            return null;
        }

        var verdict = await authenticator.AuthenticateAsync(context, instance, action, context.RequestAborted);
        if (verdict.IsUnavailable)
        {
            LogRefused(context, verdict.Reason ?? "");
            await ManagementErrors.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, "ServiceUnavailable",
                "The credential cannot be checked at the moment. Try again later.");
            return null;
        }

        if (verdict.Caller is not { } caller)
            return await RejectAsync(context, authenticators, "Authentication failed.", verdict.Reason ?? "");
        if (!verdict.IsPermitted)
        {
            LogRefused(context, verdict.Reason ?? "");
            await ManagementErrors.WriteAsync(context, StatusCodes.Status403Forbidden, "AuthorizationFailed",
                $"The client '{caller}' does not have authorization to perform action '{action}' over "
                + $"scope '{context.Request.Path}'.");
            return null;
        }

        var version = context.Request.Query["api-version"].ToString();
        if (version.Length == 0)
        {
            await ManagementErrors.WriteAsync(context, StatusCodes.Status400BadRequest, "MissingApiVersionParameter",
                "The api-version query parameter (?api-version=) is required for all requests.");
            return null;
        }

        if (ManagementApiVersions.All.Contains(version, StringComparer.OrdinalIgnoreCase))
            return new ManagementRequest(context, instance, authenticator.CallerKind, caller);
        await ManagementErrors.WriteAsync(context, StatusCodes.Status400BadRequest, "NoRegisteredProviderFound",
            $"No registered resource provider found for API version '{Shorten(version)}'. The supported api-versions are "
            + $"'{string.Join(", ", ManagementApiVersions.All)}'.");
        return null;
    }

    private static async Task<ManagementRequest?> RejectAsync(
        HttpContext context, IManagementAuthenticator[] authenticators, string message, string reason)
    {
        LogRefused(context, reason);
        context.Response.Headers.WWWAuthenticate = authenticators.Select(authenticator => authenticator.Challenge)
            .OfType<string>().ToArray();
        await ManagementErrors.WriteAsync(context, StatusCodes.Status401Unauthorized, "AuthenticationFailed", message);
        return null;
    }

    private static void LogRefused(HttpContext context, string reason) => ManagementApiLog.Refused(
        Logger(context), context.TrackingId(), context.Request.Method, context.Request.Path.Value ?? "", reason);

    private static ILogger Logger(HttpContext context) =>
        context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(LogCategory);

    private static string Shorten(string text) => text.Length <= 64 ? text : text[..64] + "...";
}
