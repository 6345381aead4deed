using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Muster.Core.Audit;
using Muster.Core.Certificates;
using Muster.Core.Concurrency;

namespace Muster.TestKit;

/// <summary>X.509 on a running server: what operators upload and what devices send in their handshakes.</summary>
public static class CertificateDevice
{
    /// <summary>Uploads a CA certificate.</summary>
    public static async Task AddCaAsync(this RunningServer server, string name, TestCertificate certificate, bool isVerified = true)
    {
        var service = server.Server.Services.GetRequiredService<CaCertificateService>();
        var result = await service.PutAsync(AuditCaller.Process, server.Instance, name, certificate.Pem, isVerified, ETagCondition.Any, CancellationToken.None);
        if (result.Refusal is { } refusal) throw new InvalidOperationException(refusal.Message);
    }

    /// <summary>The attestation of a group that holds a signing certificate.</summary>
    public static string Signing(TestCertificate certificate) => X509("signingCertificates", $$"""{"certificate":"{{certificate.Base64}}"}""");

    /// <summary>The attestation of an individual that holds client certificates.</summary>
    public static string Client(TestCertificate primary, TestCertificate? secondary = null) => X509(
        "clientCertificates", $$"""{"certificate":"{{primary.Base64}}"}""", secondary is null ? null : $$"""{"certificate":"{{secondary.Base64}}"}""");

    /// <summary>The attestation of an enrollment that references a CA certificate.</summary>
    public static string Reference(string name) => X509("caReferences", $"\"{name}\"");

    /// <summary>Creates or replaces an enrollment; <paramref name="path"/> is for example <c>/enrollments/a</c>.</summary>
    public static async Task EnrollWithAsync(this RunningServer server, string path, string attestation, bool isEnabled = true)
    {
        var body = $$"""{"attestation":{{attestation}},"provisioningStatus":"{{(isEnabled ? "enabled" : "disabled")}}"}""";
        var answer = await server.ServiceAsync(HttpMethod.Put, path, body);
        if ((int)answer.Status == 409) answer = await server.ServiceAsync(HttpMethod.Put, path, body, ifMatch: "*");
        if ((int)answer.Status != 200) throw new InvalidOperationException($"PUT {path}: {(int)answer.Status} {answer.Text}");
    }

    /// <summary>Registers with a certificate; the rest of the chain is sent along, without its root.</summary>
    public static async Task<JsonAnswer> RegisterAsync(
        this RunningServer server,
        string registrationId,
        TestCertificate leaf,
        IReadOnlyList<TestCertificate>? intermediates = null,
        SslProtocols protocols = SslProtocols.None,
        string? authorization = null)
    {
        using var client = CreateClient(server, leaf, intermediates ?? [], protocols);
        using var request = new HttpRequestMessage(
            HttpMethod.Put, $"/{server.IdScope}/registrations/{registrationId}/register?api-version={RunningServer.ApiVersion}")
        {
            Content = new StringContent("{}", Encoding.UTF8, "application/json"),
        };
        if (authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", authorization);
        using var response = await client.SendAsync(request);
        return new JsonAnswer(response.StatusCode, new Dictionary<string, string>(StringComparer.Ordinal), await response.Content.ReadAsStringAsync());
    }

    /// <summary>A client that presents a certificate.</summary>
    public static HttpClient CreateClient(
        this RunningServer server, TestCertificate leaf, IReadOnlyList<TestCertificate> intermediates, SslProtocols protocols = SslProtocols.None)
    {
        var others = new X509Certificate2Collection(intermediates.Select(certificate => certificate.WithoutKey()).ToArray());
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificateFromFile(server.Server.Endpoints.RootCertificate!));
        var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                EnabledSslProtocols = protocols,
                CertificateChainPolicy = policy,
                ClientCertificateContext = SslStreamCertificateContext.Create(leaf.WithKey(), others, offline: true),
            },
        };
        return new HttpClient(handler) { BaseAddress = new Uri($"https://localhost:{server.Server.HttpsPort}") };
    }

    private static string X509(string kind, string primary, string? secondary = null)
    {
        var slots = "\"primary\":" + primary + (secondary is null ? "" : ",\"secondary\":" + secondary);
        return "{\"type\":\"x509\",\"x509\":{\"" + kind + "\":{" + slots + "}}}";
    }
}
