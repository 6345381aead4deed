namespace Muster.Portal.SignIn;

/// <summary>A local portal account.</summary>
/// <param name="Name">Sign-in name, compared without case.</param>
/// <param name="Role">What the person may do.</param>
/// <param name="PasswordHash">As <see cref="SignIn.PasswordHash"/> writes it; never the password.</param>
/// <param name="CreatedUtc">When the account was made.</param>
public sealed record PortalUser(string Name, PortalRole Role, string PasswordHash, DateTimeOffset CreatedUtc)
{
    /// <summary>Without the hash.</summary>
    public override string ToString() => $"{Name} ({Role})";
}
