namespace Muster.Core.Quotas;

/// <summary>What quotas count (behaviour B-13).</summary>
public enum CountedEntity
{
    /// <summary>Individual enrollments.</summary>
    IndividualEnrollment,

    /// <summary>Enrollment groups with X.509 attestation.</summary>
    X509Group,

    /// <summary>Enrollment groups with symmetric key attestation.</summary>
    SymmetricKeyGroup,

    /// <summary>Registration records, those of deleted groups included.</summary>
    Registration,

    /// <summary>CA certificates, verified or not.</summary>
    CaCertificate,

    /// <summary>Linked hubs.</summary>
    LinkedHub,
}
