namespace Muster.Core.Instances;

/// <summary>Rights of a shared access policy. Implied rights: <see cref="AccessRightsText.Effective"/> (management-api A-6).</summary>
[Flags]
public enum AccessRights
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Change the service's configuration.</summary>
    ServiceConfig = 1,

    /// <summary>Exists in the management enumeration only.</summary>
    DeviceConnect = 2,

    /// <summary>Read enrollments and groups.</summary>
    EnrollmentRead = 4,

    /// <summary>Write enrollments and groups.</summary>
    EnrollmentWrite = 8,

    /// <summary>Read registration records.</summary>
    RegistrationStatusRead = 16,

    /// <summary>Delete registration records.</summary>
    RegistrationStatusWrite = 32,
}
