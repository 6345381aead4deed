namespace Muster.Api.Directories;

/// <summary>Which directory's tokens service API and management API take, and what their holders may do (service-api S-3.3, management-api A-9).</summary>
public sealed record DirectoryOptions
{
    /// <summary>The audience that the official clients ask tokens for.</summary>
    public const string DefaultAudience = "https://azure-devices-provisioning.net";

    /// <summary>
    /// The OpenID Connect issuer: <c>/.well-known/openid-configuration</c> below it names issuer and keys. https, or http on a loopback
    /// address.
    /// </summary>
    public required Uri Authority { get; init; }

    /// <summary>A token for the service API must be for one of these.</summary>
    public IReadOnlyList<string> Audiences { get; init; } = [DefaultAudience];

    /// <summary>A token for the management API must be for one of these; the preset is what official clients ask for.</summary>
    public IReadOnlyList<string> ManagementAudiences { get; init; } = ["https://management.azure.com/", "https://management.core.windows.net/"];

    /// <summary>The claims that hold roles and groups.</summary>
    public IReadOnlyList<string> RoleClaims { get; init; } = ["roles", "role", "groups"];

    /// <summary>
    /// What values of these claims permit, beside the two built-in roles by name and ID and actions by their full names: value to
    /// actions, values compared without case.
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Roles { get; init; } =
        new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
}
