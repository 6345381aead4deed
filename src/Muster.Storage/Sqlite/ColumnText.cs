using Muster.Core.Activity;
using Muster.Core.Attestation;
using Muster.Core.Audit;
using Muster.Core.Enrollments;
using Muster.Core.Quotas;
using Muster.Core.Registration;

namespace Muster.Storage.Sqlite;

/// <summary>How IDs and enumerations stand in columns; fixed for good, since landed data and indexes hold these texts.</summary>
internal static class ColumnText
{
    /// <summary>IDs are found without case: their key is the lower-case form.</summary>
    public static string Key(string id) => id.ToLowerInvariant();

    public static string Of(EnrollmentKind kind) => kind switch
    {
        EnrollmentKind.Individual => "individual",
        EnrollmentKind.Group => "group",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    public static string Of(AttestationType type) => type switch
    {
        AttestationType.SymmetricKey => "symmetricKey",
        AttestationType.X509 => "x509",
        AttestationType.Tpm => "tpm",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };

    public static string Of(RegistrationStatus status) => status switch
    {
        RegistrationStatus.Unassigned => "unassigned",
        RegistrationStatus.Assigning => "assigning",
        RegistrationStatus.Assigned => "assigned",
        RegistrationStatus.Failed => "failed",
        RegistrationStatus.Disabled => "disabled",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, null),
    };

    public static string Of(AuditEntity entity) => entity switch
    {
        AuditEntity.Enrollment => "enrollment",
        AuditEntity.EnrollmentGroup => "enrollmentGroup",
        AuditEntity.Registration => "registration",
        AuditEntity.LinkedHub => "linkedHub",
        AuditEntity.CaCertificate => "caCertificate",
        AuditEntity.Instance => "instance",
        _ => throw new ArgumentOutOfRangeException(nameof(entity), entity, null),
    };

    public static string Of(CountedEntity entity) => entity switch
    {
        CountedEntity.IndividualEnrollment => "individual",
        CountedEntity.X509Group => "group.x509",
        CountedEntity.SymmetricKeyGroup => "group.symmetricKey",
        CountedEntity.Registration => "registration",
        _ => throw new ArgumentOutOfRangeException(nameof(entity), entity, null),
    };

    public static string Of(ActivityOutcome outcome) => outcome switch
    {
        ActivityOutcome.Assigned => "assigned",
        ActivityOutcome.Failed => "failed",
        ActivityOutcome.Disabled => "disabled",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, null),
    };

    /// <summary>Whether an outcome counts as refused in lists of attempts.</summary>
    public static bool IsRefused(AttemptOutcome outcome) => outcome is AttemptOutcome.Disabled or AttemptOutcome.Failed or AttemptOutcome.Refused;
}
