using Microsoft.AspNetCore.Http;
using Muster.EmbeddedHub.Errors;
using Muster.EmbeddedHub.Hubs;
using Muster.Protocols.Sas;

namespace Muster.EmbeddedHub.Http;

/// <summary>Shared access signatures of the hub's policies (iot-hub 2.2).</summary>
internal static class HubAuthorization
{
    /// <summary>How far a client's clock may run behind.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    /// <summary>Whether the request may do what needs <paramref name="rights"/>.</summary>
    /// <param name="context">The request.</param>
    /// <param name="hub">The hub it goes to.</param>
    /// <param name="target">Its path.</param>
    /// <param name="rights">All of these are needed.</param>
    /// <param name="now">The time.</param>
    /// <returns>Null, or IotHubUnauthorizedAccess for the token, or IotHubUnauthorized for the rights of its policy.</returns>
    public static HubError? Check(
        HttpContext context,
        EmbeddedHubDescription hub,
        HubRequestTarget target,
        HubRights rights,
        DateTimeOffset now)
    {
        string? header = context.Request.Headers.Authorization;
        if (string.IsNullOrEmpty(header)) return Refuse("The Authorization header is missing.");
        if (!SasToken.TryParse(header, out var token, out var problem) || token is null) return Refuse(problem!);
        if (string.IsNullOrEmpty(token.KeyName)) return Refuse("The token names no policy (skn), devices cannot use the service side.");

        var policy = hub.FindPolicy(token.KeyName);
        if (policy is null) return Refuse("The token names a policy that the hub does not have.");
        if (!IsSigned(token, policy)) return Refuse("The token is not signed with a key of its policy.");
        if (token.IsExpired(now, Skew)) return Refuse("The token has expired.");
        if (!Covers(token.Resource, context.Request.Host, hub, target)) return Refuse("The token was made for another resource (sr).");

        return policy.Allows(rights)
            ? null
            : HubErrors.Unauthorized.Because($"The policy '{policy.Name}' lacks the right {rights}.");
    }

    private static HubError Refuse(string reason) => HubErrors.UnauthorizedAccess.Because("Unauthorized. " + reason);

    private static bool IsSigned(SasToken token, HubAccessPolicy policy) =>
        token.IsSignedWith(Convert.FromBase64String(policy.PrimaryKey))
        | token.IsSignedWith(Convert.FromBase64String(policy.SecondaryKey));

    private static bool Covers(string resource, HostString requestHost, EmbeddedHubDescription hub, HubRequestTarget target)
    {
        if (CoversOn(hub.HostName)) return true;

        // A default hub that is reached by an address or another name: clients sign for the name they know.
        return requestHost.HasValue && CoversOn(requestHost.Value!);

        bool CoversOn(string host) =>
            SasScope.Covers(resource, host, target.Path, StringComparison.Ordinal)
            || SasScope.Covers(resource, host, target.RawPath.TrimEnd('/'), StringComparison.Ordinal);
    }
}
