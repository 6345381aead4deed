using Microsoft.AspNetCore.Http;
using Muster.Api.Directories;
using Muster.Core.Audit;
using Muster.Core.Instances;

namespace Muster.ManagementApi.Authentication;

/// <summary>One way to prove who calls the management API. The first that handles a request's credential decides about it.</summary>
public interface IManagementAuthenticator
{
    /// <summary>The challenge that a 401 names, for example <c>Bearer</c>; null where it would be of no use.</summary>
    string? Challenge { get; }

    /// <summary>How its callers made themselves known, for audit entries.</summary>
    AuditCallerKind CallerKind { get; }

    /// <summary>Whether the credential is of its kind.</summary>
    /// <param name="authorization">The raw <c>Authorization</c> header, not empty.</param>
    bool Handles(string authorization);

    /// <summary>Judges the request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="instance">The provisioning service it speaks of.</param>
    /// <param name="action">The role action, for example <see cref="ManagementActions.WriteCertificates"/> (management-api A-9).</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    ValueTask<ManagementVerdict> AuthenticateAsync(
        HttpContext context, ProvisioningInstance instance, string action, CancellationToken cancellationToken);
}
