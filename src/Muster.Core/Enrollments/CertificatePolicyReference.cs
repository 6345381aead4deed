namespace Muster.Core.Enrollments;

/// <summary>The issuing policy that gives devices operational certificates (service-api S-12.1).</summary>
/// <param name="NamespaceName">Registry namespace.</param>
/// <param name="CertificateAuthorityName">Issuing authority in it.</param>
/// <param name="CertificatePolicyName">Policy of that authority.</param>
public sealed record CertificatePolicyReference(string NamespaceName, string CertificateAuthorityName, string CertificatePolicyName);
