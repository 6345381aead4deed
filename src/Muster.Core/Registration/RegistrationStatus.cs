namespace Muster.Core.Registration;

/// <summary>States of a registration (service-api S-6.9).</summary>
public enum RegistrationStatus
{
    /// <summary>Never registered.</summary>
    Unassigned,

    /// <summary>In progress.</summary>
    Assigning,

    /// <summary>The device stands in a hub.</summary>
    Assigned,

    /// <summary>Allocation or the hub failed.</summary>
    Failed,

    /// <summary>Its enrollment is disabled.</summary>
    Disabled,
}
