namespace Muster.Core.Quotas;

/// <summary>How much an instance holds of what its quotas count.</summary>
/// <param name="IndividualEnrollments">Individual enrollments.</param>
/// <param name="X509Groups">Enrollment groups with X.509 attestation.</param>
/// <param name="SymmetricKeyGroups">Enrollment groups with symmetric key attestation.</param>
/// <param name="Registrations">Registration records.</param>
public sealed record InstanceUsage(long IndividualEnrollments, long X509Groups, long SymmetricKeyGroups, long Registrations);
