namespace Muster.Portal.SignIn;

/// <summary>Where portal accounts are kept.</summary>
public interface IPortalUserStore
{
    /// <summary>All accounts, by name.</summary>
    IReadOnlyList<PortalUser> Load();

    /// <summary>Replaces all accounts, durably.</summary>
    void Save(IReadOnlyList<PortalUser> users);
}
