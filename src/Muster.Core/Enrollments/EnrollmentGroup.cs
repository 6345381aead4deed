namespace Muster.Core.Enrollments;

/// <summary>An enrollment of all devices that one mechanism admits; each gets the hub identity of its registration ID.</summary>
public sealed record EnrollmentGroup : Enrollment
{
    /// <inheritdoc/>
    public override EnrollmentKind Kind => EnrollmentKind.Group;
}
