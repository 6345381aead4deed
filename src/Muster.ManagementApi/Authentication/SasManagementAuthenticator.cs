using Microsoft.AspNetCore.Http;
using Muster.Api.Authentication;
using Muster.Core.Audit;
using Muster.Core.Instances;

namespace Muster.ManagementApi.Authentication;

/// <summary>Shared access signatures of the service's own policies; whoever holds one with ServiceConfig may manage its certificates.</summary>
/// <param name="clock">The clock.</param>
/// <param name="uses">Notes which key let a request in.</param>
public sealed class SasManagementAuthenticator(TimeProvider clock, PolicyKeyUses uses) : IManagementAuthenticator
{
    private const string Scheme = "SharedAccessSignature";

    /// <inheritdoc/>
    public string Challenge => Scheme;

    /// <inheritdoc/>
    public AuditCallerKind CallerKind => AuditCallerKind.AccessPolicy;

    /// <inheritdoc/>
    public bool Handles(string authorization) => authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public ValueTask<ManagementVerdict> AuthenticateAsync(
        HttpContext context, ProvisioningInstance instance, string action, CancellationToken cancellationToken)
    {
        var signed = SasAuthentication.Authenticate(
            context.Request.Headers.Authorization.ToString(),
            context.Request.Host.Value ?? "",
            context.Request.Path.Value ?? "",
            instance,
            AccessRights.None,
            clock.GetUtcNow(),
            out var reason);
        if (signed is null) return ValueTask.FromResult(ManagementVerdict.Reject(reason!));
        var policy = signed.Policy;
        uses.Note(instance, policy, signed.IsPrimary, context.Connection.RemoteIpAddress);
        return ValueTask.FromResult(policy.Grants(AccessRights.ServiceConfig)
            ? ManagementVerdict.Permit(policy.Name)
            : ManagementVerdict.Forbid(policy.Name, $"the policy '{policy.Name}' lacks the right {nameof(AccessRights.ServiceConfig)}."));
    }
}
