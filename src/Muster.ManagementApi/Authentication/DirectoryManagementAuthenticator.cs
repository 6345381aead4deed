using Microsoft.AspNetCore.Http;
using Muster.Api.Directories;
using Muster.Core.Audit;
using Muster.Core.Instances;

namespace Muster.ManagementApi.Authentication;

/// <summary>Bearer tokens of a configured OpenID Connect issuer; the roles in them say what their holders may do (management-api A-9).</summary>
/// <param name="tokens">Checks them; null where no directory is configured, and then no token holds.</param>
public sealed class DirectoryManagementAuthenticator(DirectoryTokens? tokens) : IManagementAuthenticator
{
    /// <inheritdoc/>
    public string? Challenge => tokens is null ? null : $"Bearer authorization_uri=\"{tokens.Authority}\"";

    /// <inheritdoc/>
    public AuditCallerKind CallerKind => AuditCallerKind.DirectorySubject;

    /// <inheritdoc/>
    public bool Handles(string authorization) => DirectoryTokens.IsBearer(authorization);

    /// <inheritdoc/>
    public async ValueTask<ManagementVerdict> AuthenticateAsync(
        HttpContext context, ProvisioningInstance instance, string action, CancellationToken cancellationToken)
    {
        var identity = DirectoryTokens.Unavailable;
        if (tokens is not null)
            identity = await tokens.ValidateForManagementAsync(context.Request.Headers.Authorization.ToString(), cancellationToken);
        if (identity.IssuerProblem is { } unreachable) return ManagementVerdict.Unavailable($"the issuer of tokens cannot be asked: {unreachable}");
        if (identity.Problem is { } problem) return ManagementVerdict.Reject(problem);
        return identity.Actions.Contains(action)
            ? ManagementVerdict.Permit(identity.Name)
            : ManagementVerdict.Forbid(identity.Name, $"no role of '{identity.Name}' permits {action}.");
    }
}
