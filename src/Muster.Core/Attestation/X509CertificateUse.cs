namespace Muster.Core.Attestation;

/// <summary>What uploaded certificates of an enrollment are.</summary>
public enum X509CertificateUse
{
    /// <summary><c>clientCertificates</c>: the device's own leaf, individual enrollments.</summary>
    Client,

    /// <summary><c>signingCertificates</c>: a root or intermediate that signs device certificates, groups.</summary>
    Signing,
}
