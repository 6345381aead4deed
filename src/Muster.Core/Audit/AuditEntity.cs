namespace Muster.Core.Audit;

/// <summary>What kind of thing an audit entry is about.</summary>
public enum AuditEntity
{
    /// <summary>An individual enrollment.</summary>
    Enrollment,

    /// <summary>An enrollment group.</summary>
    EnrollmentGroup,

    /// <summary>A registration record.</summary>
    Registration,

    /// <summary>A linked hub.</summary>
    LinkedHub,

    /// <summary>A CA certificate.</summary>
    CaCertificate,

    /// <summary>A provisioning service itself: policies, quotas, host names.</summary>
    Instance,
}
