using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Muster.Configuration;

namespace Muster.Certificates;

/// <summary>
/// What Muster's own certificates look like: ECDSA P-256 with SHA-256 throughout. Pure functions of their arguments and randomness.
/// </summary>
public static class CertificateAuthority
{
    /// <summary>Life of the root certificate in years.</summary>
    public const int RootYears = 20;

    /// <summary>Life of a server certificate in days; some clients refuse longer ones.</summary>
    public const int ServerDays = 397;

    /// <summary>A certificate this close to its end is replaced.</summary>
    public static readonly TimeSpan RenewalMargin = TimeSpan.FromDays(30);

    /// <summary>How long a revocation list is valid.</summary>
    public static readonly TimeSpan CrlLife = TimeSpan.FromDays(7);

    /// <summary>Clients whose clock is this late still accept a fresh certificate.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromHours(1);

    /// <summary>Makes a root certificate with its key.</summary>
    public static X509Certificate2 CreateRoot(DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        // Clients that trust several roots tell them apart by subject, so two data folders must not share one.
        var subject = new X500DistinguishedNameBuilder();
        subject.AddOrganizationName("Muster");
        subject.AddCommonName($"Muster Root {Convert.ToHexString(RandomNumberGenerator.GetBytes(4))}");
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, critical: true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request.CreateSelfSigned(now - ClockSkew, now.AddYears(RootYears));
    }

    /// <summary>Makes a server certificate with its key.</summary>
    /// <param name="root">The root with its key.</param>
    /// <param name="names">DNS names and IP addresses; the first is also the common name where it fits.</param>
    /// <param name="crlUrl">Where the revocation list is (device-protocols 7.4).</param>
    /// <param name="now">The current time.</param>
    public static X509Certificate2 CreateServer(X509Certificate2 root, IReadOnlyList<string> names, string crlUrl, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var subject = new X500DistinguishedNameBuilder();

        // X.520 limits a common name to 64 characters; clients look at the alternative names anyway.
        subject.AddCommonName(names[0].Length <= 64 ? names[0] : "Muster server");
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1", "serverAuth")], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(root, true, false));
        request.CertificateExtensions.Add(AlternativeNames(names));
        request.CertificateExtensions.Add(CertificateRevocationListBuilder.BuildCrlDistributionPointExtension([crlUrl]));

        // A certificate cannot outlive its issuer; the last one is renewed together with the root.
        var notBefore = Later(now - ClockSkew, new DateTimeOffset(root.NotBefore));
        var notAfter = Earlier(notBefore.AddDays(ServerDays), new DateTimeOffset(root.NotAfter));
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x3F) | 0x40);
        using var signed = request.Create(root, notBefore, notAfter, serial);
        return signed.CopyWithPrivateKey(key);
    }

    /// <summary>Makes the revocation list: empty, because Muster's server certificates are replaced rather than revoked.</summary>
    /// <returns>DER.</returns>
    public static byte[] CreateRevocationList(X509Certificate2 root, DateTimeOffset now)
    {
        // Numbers must grow, also over a lost data folder: seconds do.
        var builder = new CertificateRevocationListBuilder();
        return builder.Build(root, now.ToUnixTimeSeconds(), now + CrlLife, HashAlgorithmName.SHA256, thisUpdate: now - ClockSkew);
    }

    /// <summary>Whether <paramref name="server"/> is what <see cref="CreateServer"/> would make now, and not about to end.</summary>
    public static bool IsUsable(
        X509Certificate2 server, X509Certificate2 root, IReadOnlyList<string> names, string crlUrl, DateTimeOffset now)
    {
        var wanted = new HashSet<string>(names, StringComparer.Ordinal);
        return !IsDue(server, now)
            && wanted.IsSubsetOf(NamesOf(server))
            && HasExtension(server, CertificateRevocationListBuilder.BuildCrlDistributionPointExtension([crlUrl]))
            && HasExtension(server, X509AuthorityKeyIdentifierExtension.CreateFromCertificate(root, true, false));
    }

    /// <summary>Whether <paramref name="certificate"/> is so near its end, or so far before its start, that it must be replaced.</summary>
    public static bool IsDue(X509Certificate2 certificate, DateTimeOffset now) =>
        now >= new DateTimeOffset(certificate.NotAfter) - RenewalMargin || now < new DateTimeOffset(certificate.NotBefore);

    /// <summary>The DNS names and IP addresses in a certificate, in <see cref="HostName.Normalize"/> form.</summary>
    public static IReadOnlyList<string> NamesOf(X509Certificate2 certificate)
    {
        var extension = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        return extension is null
            ? []
            :
            [
                .. extension.EnumerateDnsNames().Select(HostName.Normalize),
                .. extension.EnumerateIPAddresses().Select(ip => ip.ToString()),
            ];
    }

    private static bool HasExtension(X509Certificate2 certificate, X509Extension wanted) =>
        certificate.Extensions[wanted.Oid!.Value!] is { } present && present.RawData.AsSpan().SequenceEqual(wanted.RawData);

    private static X509Extension AlternativeNames(IReadOnlyList<string> names)
    {
        var builder = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            if (HostName.IsAddress(name, out IPAddress address))
                builder.AddIpAddress(address);
            else
                builder.AddDnsName(name);
        }

        return builder.Build();
    }

    private static DateTimeOffset Later(DateTimeOffset left, DateTimeOffset right) => left > right ? left : right;

    private static DateTimeOffset Earlier(DateTimeOffset left, DateTimeOffset right) => left < right ? left : right;
}
