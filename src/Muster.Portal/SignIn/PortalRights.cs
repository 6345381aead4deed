using Muster.Core.Errors;

namespace Muster.Portal.SignIn;

/// <summary>Which role has which right, and how a missing one is told.</summary>
public static class PortalRights
{
    /// <summary>The lowest role that has a right.</summary>
    public static PortalRole RoleFor(PortalRight right) => right switch
    {
        PortalRight.Read => PortalRole.Reader,
        PortalRight.EnrollmentsWrite or PortalRight.EnrollmentsDelete or PortalRight.AttestationDetails or PortalRight.RegistrationsDelete
            => PortalRole.Contributor,
        _ => PortalRole.Administrator,
    };

    /// <summary>The right as the access control of the service names it.</summary>
    public static string Name(PortalRight right) => right switch
    {
        PortalRight.Read => "enrollments/read",
        PortalRight.EnrollmentsWrite => "enrollments/write",
        PortalRight.EnrollmentsDelete => "enrollments/delete",
        PortalRight.AttestationDetails => "attestationmechanism/details/action",
        PortalRight.RegistrationsDelete => "registrationStates/delete",
        PortalRight.InstanceWrite => "instance write",
        PortalRight.ListKeys => "listkeys",
        _ => "portal users write",
    };

    /// <summary>Null when the role has the right, else the refusal that names it.</summary>
    public static Refusal? Check(PortalRole role, PortalRight right) => role >= RoleFor(right) ? null : Refusals.Forbidden(Name(right));
}
