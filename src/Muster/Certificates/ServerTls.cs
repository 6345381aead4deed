using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Muster.Api.Connections;

namespace Muster.Certificates;

/// <summary>
/// The TLS settings of every door, and the certificate they present. All connections share one settings object, so that
/// sessions resume and no certificate is loaded per connection; a renewal swaps the object under running listeners.
/// </summary>
public sealed class ServerTls
{
    /// <summary>No roots, no revocation, no downloads: nothing in a handshake may touch the network or the system's trust.</summary>
    private static readonly X509ChainPolicy NoTrust = new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
        VerificationFlags = X509VerificationFlags.AllFlags,
    };

    private readonly IServerCertificateSource _source;
    private volatile SslServerAuthenticationOptions _current;
    private volatile SslServerAuthenticationOptions _currentWithoutAlpn;
    private volatile SslServerAuthenticationOptions _currentForBrowsers;

    /// <summary>Takes the first certificate from <paramref name="source"/>.</summary>
    public ServerTls(IServerCertificateSource source)
    {
        _source = source;
        HandshakeErrors.ClearAfterEachChain();
        var certificate = source.Refresh() ?? throw new InvalidOperationException("A new source has a certificate.");
        Certificate = certificate.Leaf;
        (_current, _currentWithoutAlpn, _currentForBrowsers) = Build(certificate);
    }

    /// <summary>The settings for an HTTP connection that starts now.</summary>
    public SslServerAuthenticationOptions Current => _current;

    /// <summary>The same for other protocols: whatever application protocols the client offers are passed over.</summary>
    public SslServerAuthenticationOptions CurrentWithoutAlpn => _currentWithoutAlpn;

    /// <summary>The same for the portal: a client certificate is not asked for, because browsers would ask the person to choose one.</summary>
    public SslServerAuthenticationOptions CurrentForBrowsers => _currentForBrowsers;

    /// <summary>The certificate that is presented now.</summary>
    public X509Certificate2 Certificate { get; private set; }

    /// <summary>Takes a newer certificate if the source has one.</summary>
    /// <returns>Whether the certificate changed.</returns>
    public bool Refresh()
    {
        if (_source.Refresh() is not { } certificate) return false;
        (_current, _currentWithoutAlpn, _currentForBrowsers) = Build(certificate);
        Certificate = certificate.Leaf;
        return true;
    }

    private static (SslServerAuthenticationOptions Http, SslServerAuthenticationOptions Other, SslServerAuthenticationOptions Browsers) Build(
        ServerCertificate certificate)
    {
        // Device clients speak HTTP/1.1 and mostly send no ALPN (device-protocols 2.2, 7.1).
        var context = SslStreamCertificateContext.Create(certificate.Leaf, certificate.Intermediates, offline: true);
        var browsers = Build(context, [SslApplicationProtocol.Http11]);
        browsers.ClientCertificateRequired = false;
        return (Build(context, [SslApplicationProtocol.Http11]), Build(context, applicationProtocols: null), browsers);
    }

    private static SslServerAuthenticationOptions Build(
        SslStreamCertificateContext context, List<SslApplicationProtocol>? applicationProtocols) => new()
        {
            ServerCertificateContext = context,

            // Requested on every connection, never required, with an empty list of authorities (device-protocols 7.2). The chain is
            // judged later against enrolled certificates, so the handshake takes any.
            ClientCertificateRequired = true,
            CertificateChainPolicy = NoTrust,
            RemoteCertificateValidationCallback = ClientCertificates.Accept,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            EncryptionPolicy = EncryptionPolicy.RequireEncryption,
            AllowRenegotiation = false,
            AllowTlsResume = true,

            // No CipherSuitesPolicy: a policy switches session resumption off, and the runtime's own TLS 1.2 list on Linux is exactly
            // that of behaviour B-15. A test holds it to that.
            ApplicationProtocols = applicationProtocols,
        };
}
