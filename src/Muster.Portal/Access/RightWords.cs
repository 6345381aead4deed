using Muster.Core.Instances;

namespace Muster.Portal.Access;

/// <summary>The rights of a policy as people read them (portal P12).</summary>
internal static class RightWords
{
    /// <summary>Those that the portal offers, in its order.</summary>
    public static readonly (AccessRights Right, string Text, string Help)[] All =
    [
        (AccessRights.ServiceConfig, "Service configuration", "Change the configuration of the service."),
        (AccessRights.EnrollmentRead, "Enrollment read", "List and read enrollments and groups; includes Registration status read."),
        (AccessRights.EnrollmentWrite, "Enrollment write", "Create, change and delete enrollments, and read their keys; includes the three others about enrollments and registrations."),
        (AccessRights.RegistrationStatusRead, "Registration status read", "List and read registration records."),
        (AccessRights.RegistrationStatusWrite, "Registration status write", "Delete registration records; includes Registration status read."),
    ];

    /// <summary>The rights as set, joined by commas.</summary>
    public static string Of(AccessRights rights) =>
        string.Join(", ", All.Where(one => rights.HasFlag(one.Right)).Select(one => one.Text));

    /// <summary>Whether others of the set rights include this one.</summary>
    public static bool IsImplied(AccessRights rights, AccessRights right) =>
        AccessRightsText.Effective(rights & ~right).HasFlag(right);
}
