using Muster.Core.Enrollments;

namespace Muster.Core.Certificates;

/// <summary>A certificate whose validity ends, or has ended.</summary>
/// <param name="EnrollmentKind">Kind of the enrollment that holds it; null for a CA certificate.</param>
/// <param name="OwnerId">Enrollment ID, or name of the CA certificate.</param>
/// <param name="Sha256Thumbprint">SHA-256 of its DER, upper-case hex.</param>
/// <param name="NotAfterUtc">End of its validity.</param>
public sealed record ExpiringCertificate(EnrollmentKind? EnrollmentKind, string OwnerId, string Sha256Thumbprint, DateTimeOffset NotAfterUtc);
