using Muster.Portal.SignIn;

namespace Muster.Portal;

/// <summary>The portal's door.</summary>
/// <param name="Port">Its port. Cookies ignore ports, so their names carry it.</param>
public sealed record PortalOptions(int Port)
{
    /// <summary>Whether other machines reach the door. It is HTTPS then, and cookies never leave over anything else (portal 11).</summary>
    public bool IsExposed { get; init; }

    /// <summary>Host names that the exposed door answers under, beside IP addresses and localhost.</summary>
    public IReadOnlyList<string> HostNames { get; init; } = [];

    /// <summary>Key in the items of a request that a trusted proxy passed on.</summary>
    public const string ViaProxy = "muster-via-proxy";

    /// <summary>Host name under which browsers find the portal behind a reverse proxy; null for none.</summary>
    public string? PublicHost { get; init; }

    /// <summary>The directory whose people may sign in; null for local accounts only.</summary>
    public OpenIdOptions? OpenId { get; init; }
}
