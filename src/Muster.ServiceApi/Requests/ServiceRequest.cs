using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Muster.Api.Json;
using Muster.Core.Concurrency;
using Muster.Core.Enrollments;
using Muster.Core.Instances;

namespace Muster.ServiceApi.Requests;

/// <summary>A request that passed the gate: who asks what of which instance, in which version.</summary>
/// <param name="Context">The HTTP side.</param>
/// <param name="Instance">The addressed provisioning service.</param>
/// <param name="Caller">Who asks.</param>
/// <param name="ApiVersion">The version, one of <see cref="ServiceApiVersions.Supported"/>.</param>
internal sealed record ServiceRequest(HttpContext Context, ProvisioningInstance Instance, ServiceCaller Caller, string ApiVersion)
{
    /// <summary>The ID in the path, percent-decoded once; a <c>+</c> is a plus.</summary>
    public string Id => Context.GetRouteValue("id") as string ?? "";

    /// <summary>Ends when the client has gone.</summary>
    public CancellationToken Aborted => Context.RequestAborted;

    /// <summary>The condition in the raw <c>If-Match</c>; typed parsers drop the unquoted form that most clients send.</summary>
    public ETagCondition IfMatch => ETagCondition.Parse(Context.Request.Headers.IfMatch.ToString());

    /// <summary>A service of the container.</summary>
    public T Service<T>()
        where T : notnull => Context.RequestServices.GetRequiredService<T>();

    /// <summary>The members of an enrollment that the version can express.</summary>
    public EnrollmentMembers MembersOf(EnrollmentKind kind) => ServiceApiVersions.MembersKnownTo(ApiVersion, kind);

    /// <summary>Answers 200 with what <paramref name="write"/> writes.</summary>
    public Task OkAsync(Action<System.Text.Json.Utf8JsonWriter> write) => JsonResponse.WriteAsync(Context, StatusCodes.Status200OK, write);

    /// <summary>Answers 204.</summary>
    public void NoContent() => Context.Response.StatusCode = StatusCodes.Status204NoContent;

    /// <summary>Forbids caches to keep the answer: it holds keys (service-api S-10).</summary>
    public void ForbidStoring() => Context.Response.Headers.CacheControl = "no-store";
}
