using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Muster.EmbeddedHub.Bulk;
using Muster.EmbeddedHub.Hubs;
using Muster.EmbeddedHub.Identities;
using Muster.EmbeddedHub.Twins;

namespace Muster.EmbeddedHub.Http;

/// <summary>An authorized request on its way through an endpoint.</summary>
internal sealed record HubCall(HttpContext Context, EmbeddedHubDescription Hub, HubRequestTarget Target)
{
    /// <summary>The id in the path; only for operations on one device.</summary>
    public string DeviceId => Target.Segments[1];

    /// <summary>The module's id in the path; only for operations on one module.</summary>
    public string ModuleId => Target.Segments[3];

    /// <summary>The condition in <c>If-Match</c>; null when there is none.</summary>
    public ETagCondition? IfMatch => ETagCondition.Parse(Context.Request.Headers.IfMatch);

    /// <summary>Ends with the connection.</summary>
    public CancellationToken Aborted => Context.RequestAborted;

    public DeviceRegistry Registry => Context.RequestServices.GetRequiredService<DeviceRegistry>();

    public ModuleRegistry Modules => Context.RequestServices.GetRequiredService<ModuleRegistry>();

    public BulkRegistry Bulk => Context.RequestServices.GetRequiredService<BulkRegistry>();

    public TwinService Twins => Context.RequestServices.GetRequiredService<TwinService>();
}
