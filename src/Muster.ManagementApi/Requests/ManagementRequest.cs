using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Muster.Api.Requests;
using Muster.Core.Audit;
using Muster.Core.Concurrency;
using Muster.Core.Instances;
using Muster.Core.Networking;

namespace Muster.ManagementApi.Requests;

/// <summary>A request that passed the gate.</summary>
/// <param name="Context">The HTTP side.</param>
/// <param name="Instance">The provisioning service in the path.</param>
/// <param name="CallerKind">How the caller made itself known.</param>
/// <param name="Caller">Who asks.</param>
internal sealed record ManagementRequest(HttpContext Context, ProvisioningInstance Instance, AuditCallerKind CallerKind, string Caller)
{
    /// <summary>The path of the service as the client wrote it: resource IDs repeat it.</summary>
    public string ServicePath
    {
        get
        {
            var values = Context.Request.RouteValues;
            return $"/subscriptions/{values["subscription"]}/resourceGroups/{values["resourceGroup"]}"
                + $"/providers/Microsoft.Devices/provisioningServices/{Instance.Name}";
        }
    }

    /// <summary>Who asks, as audit entries name the caller.</summary>
    public AuditCaller AuditCaller => new(CallerKind, Caller)
    {
        Address = Context.Connection.RemoteIpAddress is { } address ? IpFilterRule.Plain(address).ToString() : null,
        TrackingId = Context.TrackingId(),
    };

    /// <summary>The certificate's name in the path.</summary>
    public string CertificateName => Context.GetRouteValue("certificate") as string ?? "";

    /// <summary>The condition in <c>If-Match</c>.</summary>
    public ETagCondition IfMatch => ETagCondition.Parse(Context.Request.Headers.IfMatch.ToString());

    /// <summary>Ends when the client has gone.</summary>
    public CancellationToken Aborted => Context.RequestAborted;
}
