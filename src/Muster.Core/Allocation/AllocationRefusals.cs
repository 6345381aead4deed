using Muster.Core.Errors;

namespace Muster.Core.Allocation;

/// <summary>Why a hub could not be chosen; stored in the registration record (behaviour B-19).</summary>
public static class AllocationRefusals
{
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
        new(400207, $"The allocation policy '{kind}' is not available on this server.");
}
