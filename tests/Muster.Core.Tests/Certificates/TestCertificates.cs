using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Muster.Core.Certificates;

namespace Muster.Core.Tests.Certificates;

/// <summary>Certificates made on the spot.</summary>
internal static class TestCertificates
{
    public static X509Certificate2 Create(string subject = "CN=device-01")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        var start = new DateTimeOffset(2024, 5, 19, 23, 10, 43, TimeSpan.Zero);
        return request.CreateSelfSigned(start, start.AddYears(20));
    }

    public static EnrolledCertificate Enrolled(string subject = "CN=device-01")
    {
        using var certificate = Create(subject);
        return new EnrolledCertificate(Convert.ToBase64String(certificate.RawData), X509CertificateInfo.From(certificate));
    }
}
