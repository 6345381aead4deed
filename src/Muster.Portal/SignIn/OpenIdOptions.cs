using Muster.Core.Secrets;

namespace Muster.Portal.SignIn;

/// <summary>An OpenID Connect issuer whose people sign in to the portal, by authorization code with PKCE (portal 11).</summary>
public sealed record OpenIdOptions
{
    /// <summary>
    /// The issuer: <c>/.well-known/openid-configuration</c> below it names its endpoints and keys. https, or http on a loopback address.
    /// </summary>
    public required Uri Authority { get; init; }

    /// <summary>The portal's name at the issuer; ID tokens must be for it.</summary>
    public required string ClientId { get; init; }

    /// <summary>The portal's secret at the issuer; null for a public client, which PKCE alone protects.</summary>
    public Secret? ClientSecret { get; init; }

    /// <summary>What the button says after "Sign in with".</summary>
    public string Title { get; init; } = "your organization";

    /// <summary>What is asked for beside <c>openid</c>.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = ["profile"];

    /// <summary>Claims that may name the person; the first that is there does.</summary>
    public IReadOnlyList<string> NameClaims { get; init; } = ["preferred_username", "upn", "email", "name", "sub"];

    /// <summary>Claims that hold roles and groups.</summary>
    public IReadOnlyList<string> RoleClaims { get; init; } = ["roles", "role", "groups"];

    /// <summary>What values of these claims are worth here, compared without case. Who has none of them may not sign in.</summary>
    public required IReadOnlyDictionary<string, PortalRole> Roles { get; init; }

    /// <summary>Whether the issuer's user info endpoint is asked for claims that its ID tokens lack.</summary>
    public bool UseUserInfo { get; init; }
}
