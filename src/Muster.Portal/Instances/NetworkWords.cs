using Muster.Core.Networking;
using Muster.Portal.Frame;

namespace Muster.Portal.Instances;

/// <summary>The words for public network access, the same where it is chosen first and where it is changed (portal P2, P13, 6.A).</summary>
internal static class NetworkWords
{
    /// <summary>What the choice is about.</summary>
    public const string AccessHelp = "Who may reach this service: anyone, chosen addresses, or only private endpoints.";

    /// <summary>The modes, the default first.</summary>
    public static IReadOnlyList<Choice<PublicNetworkAccess>> Modes { get; } =
    [
        new(PublicNetworkAccess.AllNetworks, "All networks", "Every address may reach the service and device endpoints."),
        new(PublicNetworkAccess.SelectedRanges, "Selected IP ranges", "IP filter rules decide which addresses may."),
        new(PublicNetworkAccess.Disabled, "Disabled",
            "No address may but over approved private endpoints. IP filter rules are kept and ignored; the page Networking stays reachable."),
    ];

    /// <summary>What a mode is called.</summary>
    public static string Of(PublicNetworkAccess access) => Modes.First(mode => mode.Value == access).Text;
}
