namespace Muster.Portal.SignIn;

/// <summary>The rights that portal actions need (portal 4.1).</summary>
public enum PortalRight
{
    /// <summary>List and open everything that holds no secret.</summary>
    Read,

    /// <summary>Create, change, enable and disable enrollments.</summary>
    EnrollmentsWrite,

    /// <summary>Delete enrollments.</summary>
    EnrollmentsDelete,

    /// <summary>See device keys, change credentials.</summary>
    AttestationDetails,

    /// <summary>Delete registration records.</summary>
    RegistrationsDelete,

    /// <summary>Change hubs, allocation, certificates, policies, networking; create instances.</summary>
    InstanceWrite,

    /// <summary>See policy keys.</summary>
    ListKeys,

    /// <summary>Make and remove portal users.</summary>
    UsersWrite,
}
