using Muster.Core.Certificates;

namespace Muster.Core.Attestation;

/// <summary>X.509 by uploaded certificates; at least one slot is filled (service-api S-6.7).</summary>
/// <param name="Use">Client certificates of a device, or signing certificates of a group.</param>
/// <param name="Primary">The primary slot.</param>
/// <param name="Secondary">The secondary slot.</param>
public sealed record X509CertificateAttestation(X509CertificateUse Use, EnrolledCertificate? Primary, EnrolledCertificate? Secondary)
    : AttestationMechanism
{
    /// <inheritdoc/>
    public override AttestationType Type => AttestationType.X509;
}
