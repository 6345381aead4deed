using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Muster.Composition;
using Muster.Configuration;
using Muster.Core.Instances;
using Muster.Core.Registration;
using Muster.Core.Store;
using Muster.Protocols.Sas;

namespace Muster.TestKit;

/// <summary>A whole server in this process: real store, real TLS, free ports, a data folder of its own that goes with it.</summary>
public sealed class RunningServer : IAsyncDisposable
{
    public const string ApiVersion = "2021-10-01";

    private readonly bool _ownsFolder;

    private RunningServer(MusterServer server, string folder, bool ownsFolder, TimeProvider clock)
    {
        Server = server;
        Folder = folder;
        Clock = clock;
        _ownsFolder = ownsFolder;
        Client = CreateClient();
    }

    public MusterServer Server { get; }

    public string Folder { get; }

    public TimeProvider Clock { get; }

    /// <summary>Trusts the server's root; its base address is the HTTPS door.</summary>
    public HttpClient Client { get; }

    public string IdScope => Server.Endpoints.IdScope!;

    public string Host => Server.Endpoints.ServiceEndpoint;

    public IProvisioningStore Store => Server.Services.GetRequiredService<IProvisioningStore>();

    public ProvisioningInstance Instance => Server.Services.GetRequiredService<InstanceDirectory>().FindByIdScope(IdScope)!;

    /// <summary>Starts a server.</summary>
    /// <param name="folder">A data folder to start over; null makes a fresh one.</param>
    /// <param name="hubs">Names of embedded hubs.</param>
    /// <param name="clock">The clock; null is the system's.</param>
    /// <param name="configure">Replaces or adds services after the product's own.</param>
    /// <param name="options">Changes the options.</param>
    public static async Task<RunningServer> StartAsync(
        string? folder = null,
        string[]? hubs = null,
        TimeProvider? clock = null,
        Action<IServiceCollection>? configure = null,
        Func<MusterOptions, MusterOptions>? options = null)
    {
        var path = folder ?? Directory.CreateTempSubdirectory("muster-test-").FullName;
        var chosen = new MusterOptions
        {
            DataFolder = path,
            Hubs = [.. hubs ?? []],
            HttpsPort = 0,
            MqttPort = 0,
            AmqpPort = 0,
            PortalPort = 0,
            CrlPort = 0,
        };
        var parts = new ConfiguredParts(new ProvisioningParts(), configure);
        if (options is not null) chosen = options(chosen);
        var server = await MusterServer.StartAsync(chosen, parts, clock ?? TimeProvider.System, TextWriter.Null, CancellationToken.None);
        return new RunningServer(server, path, folder is null, clock ?? TimeProvider.System);
    }

    /// <summary>A client that trusts the server's root, with a TLS client certificate where one is given.</summary>
    /// <param name="certificate">The client certificate.</param>
    /// <param name="address">The address of this machine to connect to; null is what the name leads to.</param>
    public HttpClient CreateClient(X509Certificate2? certificate = null, IPAddress? address = null)
    {
        var root = X509CertificateLoader.LoadCertificateFromFile(Server.Endpoints.RootCertificate!);
        var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { root },
                    RevocationMode = X509RevocationMode.NoCheck,
                },
                ClientCertificates = certificate is null ? null : [certificate],
            },
        };
        if (address is not null) handler.ConnectCallback = (context, cancellationToken) => ConnectAsync(address, context.DnsEndPoint.Port, cancellationToken);
        return new HttpClient(handler) { BaseAddress = new Uri($"https://localhost:{Server.HttpsPort}") };
    }

    /// <summary>An owner's token for the service API.</summary>
    public string ServiceToken()
    {
        var owner = Instance.AccessPolicies[0];
        return SasTokenBuilder.Create(
            Host, Convert.FromBase64String(owner.Keys.Primary.Reveal()), Clock.GetUtcNow().AddHours(1), owner.Name);
    }

    /// <summary>A device's token.</summary>
    public string DeviceToken(string registrationId, string key, DateTimeOffset? expiresAt = null, string? idScope = null) => SasTokenBuilder.Create(
        $"{idScope ?? IdScope}/registrations/{registrationId}",
        Convert.FromBase64String(key), expiresAt ?? Clock.GetUtcNow().AddHours(1), "registration");

    /// <summary>Sends a request to the service API as its owner.</summary>
    public async Task<JsonAnswer> ServiceAsync(HttpMethod method, string path, string? body = null, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(method, $"{path}?api-version={ApiVersion}");
        request.Headers.TryAddWithoutValidation("Authorization", ServiceToken());
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return await SendAsync(request);
    }

    /// <summary>Creates or replaces an individual enrollment with a symmetric key.</summary>
    public Task EnrollAsync(string registrationId, string key, string more = "") =>
        PutAsync($"/enrollments/{registrationId}", SymmetricKeyEnrollment(key, key, more));

    /// <summary>Creates or replaces a group with symmetric keys.</summary>
    public Task EnrollGroupAsync(string groupId, string primaryKey, string? secondaryKey = null, string more = "") =>
        PutAsync($"/enrollmentGroups/{groupId}", SymmetricKeyEnrollment(primaryKey, secondaryKey ?? primaryKey, more));

    /// <summary>Sends a register request.</summary>
    public Task<JsonAnswer> RegisterAsync(string registrationId, string? token, string? body = null, string apiVersion = ApiVersion, string? idScope = null) =>
        DeviceAsync(HttpMethod.Put, $"/{idScope ?? IdScope}/registrations/{registrationId}/register?api-version={apiVersion}", token, body);

    /// <summary>Sends any device request.</summary>
    public async Task<JsonAnswer> DeviceAsync(HttpMethod method, string pathAndQuery, string? token, string? body = null)
    {
        using var request = new HttpRequestMessage(method, pathAndQuery);
        if (token is not null) request.Headers.TryAddWithoutValidation("Authorization", token);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return await SendAsync(request);
    }

    /// <summary>Sends a request and reads the whole answer.</summary>
    public async Task<JsonAnswer> SendAsync(HttpRequestMessage request)
    {
        using var response = await Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        var headers = response.Headers.Concat(response.Content.Headers)
            .ToDictionary(header => header.Key, header => string.Join(",", header.Value), StringComparer.OrdinalIgnoreCase);
        return new JsonAnswer(response.StatusCode, headers, text);
    }

    /// <summary>The newest attempt trace of a device.</summary>
    public async Task<AttemptTrace> LastTraceAsync(string registrationId, string? instanceName = null)
    {
        var filter = new AttemptTraceFilter { RegistrationId = registrationId, Limit = 1 };
        return (await Store.ListAttemptTracesAsync(instanceName ?? Instance.Name, filter, CancellationToken.None))[0];
    }

    /// <summary>Stops the server and leaves its data folder.</summary>
    public async Task StopAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (_ownsFolder) Directory.Delete(Folder, recursive: true);
    }

    private static async ValueTask<Stream> ConnectAsync(IPAddress address, int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(address, port, cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private static string SymmetricKeyEnrollment(string primaryKey, string secondaryKey, string more)
    {
        var keys = $$"""{"primaryKey":"{{primaryKey}}","secondaryKey":"{{secondaryKey}}"}""";
        return """{"attestation":{"type":"symmetricKey","symmetricKey":""" + keys + "}" + more + "}";
    }

    private async Task PutAsync(string path, string body)
    {
        var answer = await ServiceAsync(HttpMethod.Put, path, body);
        if (answer.Status == HttpStatusCode.Conflict) answer = await ServiceAsync(HttpMethod.Put, path, body, ifMatch: "*");
        if (answer.Status != HttpStatusCode.OK) throw new InvalidOperationException($"PUT {path}: {(int)answer.Status} {answer.Text}");
    }
}
