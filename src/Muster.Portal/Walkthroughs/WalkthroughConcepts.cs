namespace Muster.Portal.Walkthroughs;

/// <summary>What stands behind the fields that have nothing to do with how a device proves who it is (portal P4, 6.A).</summary>
internal static class WalkthroughConcepts
{
    /// <summary>Where devices go.</summary>
    public const string Hubs = "hubs";

    /// <summary>What a device gets in its hub.</summary>
    public const string DeviceSettings = "device-settings";

    /// <summary>What happens when a device asks again, and how to keep one out.</summary>
    public const string Reprovisioning = "reprovisioning";

    /// <summary>Who may reach a service.</summary>
    public const string Networking = "networking";

    /// <summary>All of them, in the order in which one meets them.</summary>
    public static IReadOnlyList<Walkthrough> All { get; } =
    [
        new(Hubs, "Hubs, and how devices are spread over them", "Which IoT hub a device is assigned to, and what decides it.",
        [
            ("Linked IoT hubs, Add: choose a hub of this server and one of its policies, or paste the connection string of a hub elsewhere. The policy must be allowed to write the registry and to connect as a service. A link counts for the whole service, not for one enrollment.", null),
            ("In an enrollment, tick the hubs that its devices may go to. With none ticked every linked hub is used, those that you link later too.", null),
            ("Choose what picks one of them. Evenly weighted distribution spreads devices by the weight of each hub and is right for a single hub too. Lowest latency takes the hub nearest to the device. Static configuration takes the one hub that is ticked. Custom asks a web service of yours for every registration; enter its URL and the API version that your code understands, and press Test before you save.", null),
            ("Linked IoT hubs, the name of a hub: the weight goes from 1 to 1000, and a hub with weight 10 receives about ten times as many devices as one with weight 1. A hub that does not apply the allocation policy stays linked but is sent no devices.", null),
            ("Manage allocation policy sets what enrollments without a policy of their own follow.", null),
        ]),
        new(DeviceSettings, "What a device gets in its hub", "Name, kind and initial twin of the identity that is created for a device.",
        [
            ("Device ID: an individual enrollment may give its device another name in the hub. Left empty, and in every group, it is the registration ID.", null),
            ("IoT Edge: the identity is created as an Edge device. In a group this applies to all members.", null),
            ("Device tags and desired properties are JSON objects. They are written to the twin when the identity is created, and again at a later registration under the policy that resets.", """{ "site": "plant-7", "line": 3 }"""),
            ("A change of these settings reaches a device when it registers again; until then it keeps what it has.", null),
        ]),
        new(Reprovisioning, "Devices that register again, and devices to keep out", "What an enrollment does for a device that it has assigned already.",
        [
            ("Migrate: when the device asks again and belongs on another hub, it is moved there and takes its twin along. It is the default and fits most fleets.", null),
            ("Reset: the device starts from the tags and properties that the enrollment holds now, also when it stays on its hub.", null),
            ("Never: the device stays on the hub that it was assigned to first. This is for older fleets that expect it.", null),
            ("To move a device, change the hubs of its enrollment and let the device register again. Nothing moves by itself before.", null),
            ("To keep devices out, clear Enable this enrollment. Devices that are connected to a hub already stay connected: Deprovision, beside the registration records of a group, ends their identities in the hub as well.", null),
        ]),
        new(Networking, "Who may reach a service", "Public network access, IP filter rules and private endpoints.",
        [
            ("Networking, Public access: All networks lets every address in, Selected IP ranges lets rules decide, Disabled lets nobody in but over approved private endpoints. It concerns the service API, the device API and the enrollments in this portal. The page Networking stays reachable, so that a mistake can be mended.", null),
            ("A rule has one IPv4 address or a block, an action and the doors that it applies to. The first rule that matches decides; an address that no rule matches is let in, so a list of allowed addresses ends with a rule that blocks the rest.", "192.168.100.0/22   Allow\n0.0.0.0/0          Block"),
            ("Test an address before you save: the answer names the rule that decides.", null),
            ("Rules that would block your own address are applied only after a question, and go back by themselves after 10 minutes unless you confirm them.", null),
            ("A private endpoint is an address of this server that its configuration marks private. Whoever arrives there is let in once the endpoint is approved on the tab Private endpoint connections.", null),
        ]),
    ];
}
