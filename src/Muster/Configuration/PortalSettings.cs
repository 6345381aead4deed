using System.Collections.Immutable;
using Muster.Core.Secrets;
using Muster.Portal.SignIn;

namespace Muster.Configuration;

/// <summary>Reads what configuration says of the portal.</summary>
internal static class PortalSettings
{
    /// <summary>The directory whose people sign in; null after a mistake.</summary>
    public static OpenIdOptions? ReadSignIn(OptionSection section, string workingDirectory)
    {
        var text = section.Text("Authority");
        var clientId = section.Text("ClientId");
        var secret = section.Text("ClientSecret");
        var secretFile = section.FileContent("ClientSecretFile", workingDirectory)?.Trim();
        var title = section.Text("Title");
        var useUserInfo = section.Flag("UseUserInfo");
        var scopes = List("Scopes");
        var nameClaims = List("NameClaims");
        var roleClaims = List("RoleClaims");
        var roles = ImmutableDictionary.CreateBuilder<string, PortalRole>(StringComparer.OrdinalIgnoreCase);
        foreach (var (value, role) in section.Members("Roles", "a group of values of claims with the role of each"))
        {
            if (Enum.TryParse<PortalRole>(role, ignoreCase: true, out var known) && !role.Any(char.IsDigit)) roles[value] = known;
            else section.Mistake($"Roles:{value}", role, "It is no role of the portal. Allowed are administrator, contributor, reader.");
        }

        if (roles.Count == 0)
            section.Mistake("Roles", null, "Nobody could sign in. Needed is a value of a role claim and its role, such as \"ops\": \"administrator\".");
        if (clientId is null) section.Mistake("ClientId", null, "It is missing. Needed is the portal's name at the issuer.");
        if (secret is not null && secretFile is not null)
            section.Mistake("ClientSecretFile", null, "ClientSecret stands beside it. Allowed is one of them, or none.");
        section.Close();
        if (!Uri.TryCreate(text, UriKind.Absolute, out var authority)
            || !(authority.Scheme == Uri.UriSchemeHttps || (authority.Scheme == Uri.UriSchemeHttp && authority.IsLoopback)))
        {
            section.Mistake(
                "Authority", text, "It is not the address of an issuer. Allowed are https addresses, and http ones on this machine.");
            return null;
        }

        if (clientId is null) return null;
        var options = new OpenIdOptions
        {
            Authority = authority,
            ClientId = clientId,
            ClientSecret = (secret ?? secretFile) is { Length: > 0 } key ? new Secret(key) : null,
            Roles = roles.ToImmutable(),
            UseUserInfo = useUserInfo ?? false,
        };
        if (title is not null) options = options with { Title = title };
        if (!scopes.IsEmpty) options = options with { Scopes = scopes };
        if (!nameClaims.IsEmpty) options = options with { NameClaims = nameClaims };
        return roleClaims.IsEmpty ? options : options with { RoleClaims = roleClaims };

        ImmutableArray<string> List(string key) =>
            [.. section.Members(key, "a list of texts").Select(member => member.Value).Where(value => value.Length > 0)];
    }
}
