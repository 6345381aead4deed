namespace Muster.Core.Enrollments;

/// <summary>Whether devices of an enrollment may register.</summary>
public enum ProvisioningStatus
{
    /// <summary>They may.</summary>
    Enabled,

    /// <summary>They may not.</summary>
    Disabled,
}
