using System.Security.Cryptography.X509Certificates;
using Muster.Core.Certificates;

namespace Muster.Portal.Enrollments;

/// <summary>Whether a certificate may sign others.</summary>
internal static class CertificateRole
{
    /// <summary>What its basic constraints say.</summary>
    public static bool IsAuthority(EnrolledCertificate certificate)
    {
        using var loaded = X509CertificateLoader.LoadCertificate(Convert.FromBase64String(certificate.Der));
        return loaded.Extensions.OfType<X509BasicConstraintsExtension>().FirstOrDefault() is { CertificateAuthority: true };
    }
}
