using Muster.Core.Errors;

namespace Muster.Core.Allocation;

/// <summary>Why a hub could not be chosen; stored in the registration record (behaviour B-19, iot-hub 5.5).</summary>
public static class AllocationRefusals
{
    /// <summary>Code for a hub that refuses the service's own credentials; the text is the hub's.</summary>
    public const int HubRefusedService = 400209;

    private const int CustomFailed = 400207;

    /// <summary>No hub of the enrollment is linked, or none is linked at all. The text is the original's.</summary>
    public static Refusal HubNotFound { get; } = new(401001, "IoTHub not found.");

    /// <summary>Every candidate is closed to assignments.</summary>
    public static Refusal AllHubsClosed { get; } =
        new(401001, "IoTHub not found: every hub of the enrollment has 'apply allocation policy' switched off.");

    /// <summary>Static allocation with none or several hubs.</summary>
    public static Refusal StaticNeedsOneHub(int count) =>
        new(400004, $"Static allocation needs exactly one IoT hub; the enrollment yields {count}.");

    /// <summary>The enrollment asks for a policy that this server does not offer.</summary>
    public static Refusal PolicyNotAvailable(AllocationPolicyKind kind) =>
        new(CustomFailed, $"The allocation policy '{kind}' is not available on this server.");

    /// <summary>The webhook named no hub.</summary>
    public static Refusal CustomNamedNoHub { get; } = new(400208, "Custom allocation failed: the webhook named no IoT hub.");

    /// <summary>The webhook refused the service.</summary>
    public static Refusal CustomUnauthorized { get; } = new(400209, "Custom allocation failed with status code: 401");

    /// <summary>The webhook answered with another status than 200. The text is the original's.</summary>
    public static Refusal CustomStatus(int status) => new(CustomFailed, $"Custom allocation failed with status code: {status}");

    /// <summary>The webhook could not be asked, or its answer is of no use.</summary>
    public static Refusal CustomUnusable(string why) => new(CustomFailed, $"Custom allocation failed: {why}");
}
