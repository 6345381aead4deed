using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Muster.Portal.Tests;

/// <summary>Certificates, and devices that register with them over HTTPS.</summary>
internal static class TestCertificates
{
    public static X509Certificate2 Issue(string subject, X509Certificate2? issuer = null, bool isCa = false)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isCa, false, 0, true));
        var now = DateTimeOffset.UtcNow;
        if (issuer is null) return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        using var issued = request.Create(issuer, now.AddHours(-1), new DateTimeOffset(issuer.NotAfter), RandomNumberGenerator.GetBytes(12));
        return issued.CopyWithPrivateKey(key);
    }

    /// <summary>What the service answers a device that registers over HTTPS with a certificate and the intermediates it sends along.</summary>
    public static async Task<(bool IsAssigned, string Answer)> RegisterAsync(
        PortalFixture portal, string id, X509Certificate2 certificate, params X509Certificate2[] intermediates)
    {
        // The platform's TLS takes a key only from a file format it knows.
        using var usable = X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.ImportFromPemFile(portal.Server.Endpoints.RootCertificate!);
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = trust;
        handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(
            usable, [.. intermediates.Select(one => X509CertificateLoader.LoadCertificate(one.RawData))], offline: true);
        using var client = new HttpClient(handler);
        using var body = new StringContent($$"""{"registrationId":"{{id}}"}""", MediaTypeHeaderValue.Parse("application/json"));
        using var answer = await client.PutAsync(
            $"https://localhost:{portal.Server.HttpsPort}/{portal.Server.Endpoints.IdScope}/registrations/{id}/register?api-version=2021-06-01", body);
        var text = await answer.Content.ReadAsStringAsync();
        return (answer.IsSuccessStatusCode && text.Contains("\"assigned\"", StringComparison.Ordinal), text);
    }
}
