namespace Muster.Core.Queries;

/// <summary>What a query is over; each has its own members.</summary>
public enum QuerySubject
{
    /// <summary>Individual enrollments.</summary>
    Enrollments,

    /// <summary>Enrollment groups.</summary>
    EnrollmentGroups,

    /// <summary>Registration records.</summary>
    Registrations,
}
