using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using Muster.Api.Authentication;
using Muster.Api.Directories;
using Muster.Api.Errors;
using Muster.Api.Requests;
using Muster.Core.Audit;
using Muster.Core.Errors;
using Muster.Core.Instances;
using Muster.Core.Networking;
using Muster.Core.Quotas;

namespace Muster.ServiceApi.Requests;

/// <summary>
/// What stands before every operation, in the prescribed order: host, authentication and rights, rate, API version (service-api S-1.5).
/// Path and method were settled by routing; headers, body and state are the operation's own.
/// </summary>
internal static class ServiceGate
{
    private const string LogCategory = "Muster.ServiceApi";

    /// <summary>A request delegate that runs <paramref name="operation"/> behind the gate and answers with its refusal, if any.</summary>
    /// <param name="right">What a shared access policy must grant.</param>
    /// <param name="action">The data action that a directory token must permit.</param>
    /// <param name="operation">The operation; it returns null after it answered.</param>
    public static RequestDelegate Guard(
        AccessRights right, string action, Func<ServiceRequest, Task<Refusal?>> operation) => async context =>
    {
        var refusal = await PassAsync(context, right, action, operation);
        if (refusal is not null) await ErrorResponse.WriteAsync(context, refusal);
    };

    /// <summary>Logs an operation that changed something or gave keys away; the store's audit entry has the details.</summary>
    public static void Log(this ServiceRequest request, string operation, string id) => ServiceApiLog.Changed(
        Logger(request.Context), request.Caller.Audit.Name, request.Instance.Name, operation, id, request.Context.TrackingId(),
        request.Context.ClientRequestId());

    private static async Task<Refusal?> PassAsync(
        HttpContext context, AccessRights right, string action, Func<ServiceRequest, Task<Refusal?>> operation)
    {
        var services = context.RequestServices;
        var host = context.Request.Host.Value ?? "";
        if (services.GetRequiredService<InstanceDirectory>().FindByServiceHost(host) is not { } instance) return Refusals.Unavailable;

        // Whom the network rules refuse is told nothing of them (behaviour B-14.4).
        var source = new NetworkSource(context.Connection.RemoteIpAddress, context.Connection.LocalIpAddress);
        if (services.GetRequiredService<NetworkGate>().Judge(instance, source, IpFilterTarget.ServiceApi) is { IsAllowed: false } verdict)
        {
            ServiceApiLog.Unauthorized(
                Logger(context), context.TrackingId(), context.ClientRequestId(), context.Request.Method, context.Request.Path.Value ?? "",
                instance.Name, verdict.Reason);
            return Refusals.Unauthorized;
        }

        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        var path = context.Request.Path.Value ?? "";
        var authorization = context.Request.Headers.Authorization.ToString();
        var directory = services.GetService<DirectoryTokens>();
        ServiceCaller caller;
        string? reason;
        if (DirectoryTokens.IsBearer(authorization))
        {
            var identity = DirectoryTokens.Unavailable;
            if (directory is not null) identity = await directory.ValidateAsync(authorization, context.RequestAborted);
            if (identity.IssuerProblem is { } problem)
            {
                ServiceApiLog.IssuerUnavailable(Logger(context), context.TrackingId(), problem);
                return Refusals.Unavailable;
            }

            reason = identity.Problem;
            caller = new ServiceCaller(Named(context, AuditCallerKind.DirectorySubject, identity.Name), identity.Actions);
        }
        else
        {
            var signed = SasAuthentication.Authenticate(authorization, host, path, instance, right, now, out reason);
            caller = new ServiceCaller(Named(context, AuditCallerKind.AccessPolicy, signed?.Policy.Name ?? ""), Actions: null);
            if (signed is not null)
                services.GetRequiredService<PolicyKeyUses>().Note(instance, signed.Policy, signed.IsPrimary, context.Connection.RemoteIpAddress);
        }

        if (reason is not null)
        {
            ServiceApiLog.Unauthorized(
                Logger(context), context.TrackingId(), context.ClientRequestId(), context.Request.Method, path, instance.Name, reason);
            context.Response.Headers.WWWAuthenticate = Challenges(instance, directory);
            return Refusals.Unauthorized;
        }

        if (!caller.Allows(action)) return Refusals.Forbidden(action);
        if (services.GetRequiredService<InstanceLimiter>().CheckServiceOperation(instance) is { } throttled) return throttled;
        return ApiVersion.Read(context, ServiceApiVersions.Supported).Try(out var version, out var unsupported)
            ? await operation(new ServiceRequest(context, instance, caller, version))
            : unsupported;
    }

    private static StringValues Challenges(ProvisioningInstance instance, DirectoryTokens? directory)
    {
        string[] signature = instance.DisableLocalAuth == true ? [] : ["SharedAccessSignature"];
        string[] bearer = directory is null ? [] : [$"Bearer authorization_uri=\"{directory.Authority}\""];
        return new StringValues([.. signature, .. bearer]);
    }

    private static AuditCaller Named(HttpContext context, AuditCallerKind kind, string name) => new(kind, name)
    {
        Address = context.Connection.RemoteIpAddress is { } address ? IpFilterRule.Plain(address).ToString() : null,
        TrackingId = context.TrackingId(),
    };

    private static ILogger Logger(HttpContext context) =>
        context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(LogCategory);
}
