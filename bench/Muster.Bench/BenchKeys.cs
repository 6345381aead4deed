using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Muster.Bench;

/// <summary>
/// What both servers and all devices of a run use: one ECDSA P-256 server certificate, one CA for device certificates, one group key.
/// </summary>
internal sealed class BenchKeys
{
    private static readonly DateTimeOffset Begin = DateTimeOffset.UtcNow.AddDays(-1);
    private static readonly DateTimeOffset End = DateTimeOffset.UtcNow.AddDays(30);

    private readonly X509Certificate2 _authority;
    private readonly X509Certificate2 _intermediate;

    private BenchKeys(string folder)
    {
        Folder = folder;
        _authority = Authority("CN=bench device CA");
        _intermediate = Intermediate(_authority, "CN=bench line CA");
        using var root = Authority("CN=bench server CA");
        using var server = Issue(root, "CN=localhost", isServer: true);
        File.WriteAllText(ServerCertificateFile, server.ExportCertificatePem());
        File.WriteAllText(ServerKeyFile, server.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(DeviceAuthorityFile, _authority.ExportCertificatePem());
    }

    public string Folder { get; }

    public byte[] GroupKey { get; } = RandomNumberGenerator.GetBytes(64);

    public string ServerCertificateFile => Path.Combine(Folder, "server.pem");

    public string ServerKeyFile => Path.Combine(Folder, "server.key");

    public string DeviceAuthorityFile => Path.Combine(Folder, "devices.pem");

    public static BenchKeys Create(string folder) => new(folder);

    /// <summary>A device's own key, derived from the group's.</summary>
    public byte[] DeviceKey(string registrationId) => HMACSHA256.HashData(GroupKey, System.Text.Encoding.UTF8.GetBytes(registrationId));

    /// <summary>A device's own certificate with its key.</summary>
    public X509Certificate2 DeviceCertificate(string registrationId) => Issue(_authority, "CN=" + registrationId, isServer: false);

    /// <summary>A device's own certificate with its key, below an intermediate, which is sent with it.</summary>
    public SslStreamCertificateContext DeviceChain(string registrationId) =>
        SslStreamCertificateContext.Create(Issue(_intermediate, "CN=" + registrationId, isServer: false), [_intermediate], offline: true);

    private static X509Certificate2 Authority(string subject)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return AuthorityRequest(subject, key).CreateSelfSigned(Begin, End);
    }

    private static X509Certificate2 Intermediate(X509Certificate2 issuer, string subject)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var bare = AuthorityRequest(subject, key).Create(issuer, Begin, End, RandomNumberGenerator.GetBytes(12));
        return bare.CopyWithPrivateKey(key);
    }

    private static CertificateRequest AuthorityRequest(string subject, ECDsa key)
    {
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request;
    }

    private static X509Certificate2 Issue(X509Certificate2 issuer, string subject, bool isServer)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        if (isServer)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName("localhost");
            request.CertificateExtensions.Add(names.Build());
        }

        using var bare = request.Create(issuer, Begin.AddHours(1), End.AddHours(-1), RandomNumberGenerator.GetBytes(12));
        return bare.CopyWithPrivateKey(key);
    }
}
