using System.Security.Cryptography.X509Certificates;
using Muster.Core.Certificates;

namespace Muster.Portal.Enrollments;

/// <summary>The subject common name of a certificate, which is the registration ID of its device.</summary>
internal static class CommonName
{
    /// <summary>Characters of a common name at most (RFC 5280, ub-common-name; portal 12 row 17).</summary>
    public const int MaxLength = 64;

    /// <summary>The common name; null when the subject has none.</summary>
    public static string? Of(EnrolledCertificate certificate)
    {
        using var loaded = X509CertificateLoader.LoadCertificate(Convert.FromBase64String(certificate.Der));
        const string Oid = "2.5.4.3";
        return loaded.SubjectName.EnumerateRelativeDistinguishedNames()
            .FirstOrDefault(part => !part.HasMultipleElements && part.GetSingleElementType().Value == Oid)?.GetSingleElementValue();
    }
}
