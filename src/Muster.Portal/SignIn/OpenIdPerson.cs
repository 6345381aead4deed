using System.Security.Claims;

namespace Muster.Portal.SignIn;

/// <summary>What an ID token that holds says about a person.</summary>
/// <param name="Name">The name that sessions and audit entries show; empty when the token has none.</param>
/// <param name="Role">The strongest role of the person's values; null when none of them is worth anything here.</param>
internal sealed record OpenIdPerson(string Name, PortalRole? Role)
{
    private const int MaxNameLength = 128;

    /// <summary>Reads the claims.</summary>
    public static OpenIdPerson From(ClaimsPrincipal? principal, OpenIdOptions options)
    {
        if (principal is null) return new("", null);
        var name = options.NameClaims.Select(principal.FindFirstValue).FirstOrDefault(value => !string.IsNullOrWhiteSpace(value)) ?? "";
        var worth = new Dictionary<string, PortalRole>(options.Roles, StringComparer.OrdinalIgnoreCase);
        PortalRole? strongest = null;
        foreach (var claim in principal.Claims.Where(claim => options.RoleClaims.Contains(claim.Type, StringComparer.Ordinal)))
        {
            if (worth.TryGetValue(claim.Value, out var role) && !(role <= strongest)) strongest = role;
        }

        return new(new([.. name.Trim().Take(MaxNameLength).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c)]), strongest);
    }
}
