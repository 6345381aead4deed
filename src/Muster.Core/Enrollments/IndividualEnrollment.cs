using System.Text.Json;

namespace Muster.Core.Enrollments;

/// <summary>An enrollment of one device.</summary>
public sealed record IndividualEnrollment : Enrollment
{
    /// <inheritdoc/>
    public override EnrollmentKind Kind => EnrollmentKind.Individual;

    /// <summary>The wanted hub identity name, case-sensitive; null means the registration ID.</summary>
    public string? DeviceId { get; init; }

    /// <summary>Free JSON object of the operator.</summary>
    public JsonElement? OptionalDeviceInformation { get; init; }
}
