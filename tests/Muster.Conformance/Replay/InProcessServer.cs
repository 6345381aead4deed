using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Muster.Composition;
using Muster.Configuration;
using Muster.Conformance.Calls;
using Muster.Conformance.Replay;
using Muster.Conformance.Server;
using Muster.Protocols.Sas;

[assembly: AssemblyFixture(typeof(InProcessServer))]

namespace Muster.Conformance.Replay;

/// <summary>A server in the test process on free ports, for requests that no official client here sends.</summary>
public sealed class InProcessServer : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private MusterServer? _server;
    private HttpClient? _service;

    /// <summary>The ID scope.</summary>
    public string IdScope => _server!.Endpoints.IdScope!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        var options = new MusterOptions
        {
            DataFolder = _folder.Path,
            HttpsPort = 0,
            MqttPort = 0,
            AmqpPort = 0,
            PortalPort = 0,
            CrlPort = 0,
        };
        _server = await MusterServer.StartAsync(
            options, new ProvisioningParts(), TimeProvider.System, TextWriter.Null, CancellationToken.None);
        var trust = new SslClientAuthenticationOptions { CertificateChainPolicy = RawHttpsConnection.TrustOnly(Root()) };
        _service = new HttpClient(new SocketsHttpHandler { SslOptions = trust })
        {
            BaseAddress = new Uri($"https://{_server.Endpoints.ServiceEndpoint}"),
        };
    }

    /// <summary>Connects as a device does.</summary>
    /// <param name="tls12">Whether the device knows nothing newer than TLS 1.2.</param>
    public Task<RawHttpsConnection> ConnectAsync(bool tls12 = false) => RawHttpsConnection.OpenAsync(_server!.HttpsPort, Root(), tls12);

    /// <summary>Enrolls a device under a key.</summary>
    public async Task EnrollAsync(string registrationId, string key)
    {
        var connection = _server!.Endpoints.ServiceConnectionString!.Split(';')
            .Select(part => part.Split('=', 2)).ToDictionary(part => part[0], part => part[1], StringComparer.Ordinal);
        var token = SasTokenBuilder.Create(
            connection["HostName"], Convert.FromBase64String(connection["SharedAccessKey"]),
            TimeProvider.System.GetUtcNow().AddHours(1), connection["SharedAccessKeyName"]);
        var enrollment = Enrollments.Individual(registrationId, key).ToJsonString();
        var path = $"/enrollments/{Uri.EscapeDataString(registrationId)}?api-version=2021-10-01";
        using var request = new HttpRequestMessage(HttpMethod.Put, path);
        request.Content = new StringContent(enrollment, Encoding.UTF8, "application/json");
        request.Headers.TryAddWithoutValidation("Authorization", token);
        using var answer = await _service!.SendAsync(request);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _service?.Dispose();
        if (_server is not null) await _server.DisposeAsync();
        _folder.Dispose();
    }

    private X509Certificate2 Root() => X509CertificateLoader.LoadCertificateFromFile(_server!.Endpoints.RootCertificate!);
}
