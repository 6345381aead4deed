using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Muster.Core.Certificates;

/// <summary>What the service tells of a certificate (service-api S-6.7).</summary>
public sealed record X509CertificateInfo
{
    /// <summary>Subject, its parts in encoding order joined by <c>, </c>.</summary>
    public required string SubjectName { get; init; }

    /// <summary>SHA-1 of the DER, 40 upper-case hex digits.</summary>
    public required string Sha1Thumbprint { get; init; }

    /// <summary>SHA-256 of the DER, 64 upper-case hex digits.</summary>
    public required string Sha256Thumbprint { get; init; }

    /// <summary>Issuer, written like the subject.</summary>
    public required string IssuerName { get; init; }

    /// <summary>Start of validity.</summary>
    public required DateTimeOffset NotBeforeUtc { get; init; }

    /// <summary>End of validity.</summary>
    public required DateTimeOffset NotAfterUtc { get; init; }

    /// <summary>Serial number, big-endian upper-case hex.</summary>
    public required string SerialNumber { get; init; }

    /// <summary>X.509 version: 1 or 3.</summary>
    public required int Version { get; init; }

    /// <summary>Reads the members off <paramref name="certificate"/>.</summary>
    public static X509CertificateInfo From(X509Certificate2 certificate) => new()
    {
        SubjectName = certificate.SubjectName.Decode(X500DistinguishedNameFlags.None),
        Sha1Thumbprint = certificate.Thumbprint,
        Sha256Thumbprint = certificate.GetCertHashString(HashAlgorithmName.SHA256),
        IssuerName = certificate.IssuerName.Decode(X500DistinguishedNameFlags.None),
        NotBeforeUtc = new DateTimeOffset(certificate.NotBefore).ToUniversalTime(),
        NotAfterUtc = new DateTimeOffset(certificate.NotAfter).ToUniversalTime(),
        SerialNumber = certificate.SerialNumber,
        Version = certificate.Version,
    };
}
