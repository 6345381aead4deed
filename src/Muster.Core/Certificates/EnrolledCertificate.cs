namespace Muster.Core.Certificates;

/// <summary>An uploaded certificate and what is shown of it.</summary>
/// <param name="Der">Base64 of the DER encoding, without line breaks.</param>
/// <param name="Info">Computed from the certificate.</param>
public sealed record EnrolledCertificate(string Der, X509CertificateInfo Info);
