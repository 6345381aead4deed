using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Muster.TestKit;

/// <summary>Attestation objects for enrollments that a test needs just to be there.</summary>
public static class TestAttestations
{
    /// <summary>A TPM's, with a sound RSA endorsement key.</summary>
    public static string Tpm => """{"type":"tpm","tpm":{"endorsementKey":""" + $"\"{Convert.ToBase64String(EndorsementKey())}\"" + "}}";

    /// <summary>An X.509 client certificate's, self-signed for <paramref name="commonName"/>.</summary>
    public static string X509(string commonName)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + commonName, key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        var der = Convert.ToBase64String(certificate.RawData);
        return """{"type":"x509","x509":{"clientCertificates":{"primary":{"certificate":""" + $"\"{der}\"" + "}}}}";
    }

    // A TPM2B_PUBLIC as tpm-attestation 3.1 lays it out, with a random modulus.
    private static byte[] EndorsementKey()
    {
        var modulus = RandomNumberGenerator.GetBytes(256);
        modulus[0] |= 0x80;
        modulus[^1] |= 1;
        return
        [
            0x01, 0x3a, 0x00, 0x01, 0x00, 0x0b, 0x00, 0x03, 0x00, 0xb2, 0x00, 0x20,
            .. Convert.FromHexString("837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa"),
            0x00, 0x06, 0x00, 0x80, 0x00, 0x43, 0x00, 0x10, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, .. modulus,
        ];
    }
}
