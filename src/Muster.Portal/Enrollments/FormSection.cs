namespace Muster.Portal.Enrollments;

/// <summary>The parts of the enrollment form: the tabs of its tabbed layout (portal P6).</summary>
public enum FormSection
{
    /// <summary>Registration + provisioning.</summary>
    Registration,

    /// <summary>IoT hubs.</summary>
    Hubs,

    /// <summary>Device settings.</summary>
    Device,

    /// <summary>Review + create.</summary>
    Review,

    /// <summary>Registration records or status, on the details page.</summary>
    Records,

    /// <summary>Attempts of its devices, on the details page.</summary>
    Attempts,

    /// <summary>Ready-to-paste device code, on the details page.</summary>
    Code,

    /// <summary>Who changed what, on the details page.</summary>
    History,
}
