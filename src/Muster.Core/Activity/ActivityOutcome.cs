namespace Muster.Core.Activity;

/// <summary>How a registration ended, as activity is counted.</summary>
public enum ActivityOutcome
{
    /// <summary>The device stands in a hub.</summary>
    Assigned,

    /// <summary>Refused, or accepted and failed at allocation or at the hub: either has an error code.</summary>
    Failed,

    /// <summary>Refused because its enrollment is disabled.</summary>
    Disabled,
}
