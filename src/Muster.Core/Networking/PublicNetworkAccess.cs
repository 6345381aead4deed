namespace Muster.Core.Networking;

/// <summary>Who may reach the data plane of an instance (behaviour B-14).</summary>
public enum PublicNetworkAccess
{
    /// <summary>Anyone.</summary>
    AllNetworks,

    /// <summary>Whom the rules let in.</summary>
    SelectedRanges,

    /// <summary>Nobody; the rules are ignored.</summary>
    Disabled,
}
