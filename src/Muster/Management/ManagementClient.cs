using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Muster.Composition;
using Muster.Protocols.Sas;

namespace Muster.Management;

/// <summary>Calls the management API of a running server with the keys that its <c>endpoints.json</c> holds.</summary>
public sealed class ManagementClient : IDisposable
{
    private const string ApiVersion = "2022-12-12";
    private const int MaxAnswerBytes = 1024 * 1024;

    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(30);

    private readonly HttpClient _client;
    private readonly TimeProvider _time;
    private readonly string _keyName;
    private readonly byte[] _key;

    private ManagementClient(string host, string keyName, byte[] key, string? rootFile, TimeProvider time)
    {
        Host = host;
        _keyName = keyName;
        _key = key;
        _time = time;
#pragma warning disable CA2000 // The client disposes its handler.
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false };
#pragma warning restore CA2000
        handler.SslOptions.EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
        if (rootFile is not null)
        {
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
            };
            policy.CustomTrustStore.ImportFromPemFile(rootFile);
            handler.SslOptions.CertificateChainPolicy = policy;
        }

        _client = new HttpClient(handler)
        {
            BaseAddress = new Uri("https://" + host),
            Timeout = RequestTimeout,
            MaxResponseContentBufferSize = MaxAnswerBytes,
        };
    }

    /// <summary>The service's host, with its port where that is not 443.</summary>
    public string Host { get; }

    /// <summary>Makes a client from what a server announces; null when that holds no usable connection string.</summary>
    public static ManagementClient? TryCreate(EndpointsDocument endpoints, TimeProvider time)
    {
        var parts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var part in (endpoints.ServiceConnectionString ?? "").Split(';'))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0) parts[part[..equals]] = part[(equals + 1)..];
        }

        if (!parts.TryGetValue("HostName", out var host)
            || !parts.TryGetValue("SharedAccessKeyName", out var name)
            || !parts.TryGetValue("SharedAccessKey", out var keyText))
        {
            return null;
        }

        var key = new byte[keyText.Length];
        if (!Convert.TryFromBase64String(keyText, key, out var length) || length == 0) return null;
        var root = endpoints.RootCertificate is { } file && File.Exists(file) ? file : null;
        return new ManagementClient(host, name, key[..length], root, time);
    }

    /// <summary>Sends one request about an instance.</summary>
    /// <param name="method">The method.</param>
    /// <param name="instance">Name of the instance.</param>
    /// <param name="path">What follows the service, encoded; empty or with a leading slash, for example <c>/certificates</c>.</param>
    /// <param name="writeBody">Writes the members of the body's object; null sends none.</param>
    /// <param name="ifMatch">The condition, or null.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="HttpRequestException">The server cannot be reached.</exception>
    /// <exception cref="TaskCanceledException">It does not answer in time.</exception>
    public async Task<ManagementAnswer> SendAsync(
        HttpMethod method, string instance, string path, Action<Utf8JsonWriter>? writeBody, string? ifMatch, CancellationToken cancellationToken)
    {
        // Any subscription and resource group will do (management-api A-2).
        var target = $"/subscriptions/{Guid.Empty}/resourceGroups/muster/providers/Microsoft.Devices/provisioningServices/"
            + $"{Uri.EscapeDataString(instance)}{path}?api-version={ApiVersion}";
        using var message = new HttpRequestMessage(method, target);
        message.Headers.TryAddWithoutValidation("Authorization", SasTokenBuilder.Create(Host, _key, _time.GetUtcNow().AddHours(1), _keyName));
        message.Headers.TryAddWithoutValidation("User-Agent", $"muster/{CommandLine.MusterCommand.Version}");
        if (ifMatch is not null) message.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        if (writeBody is not null) message.Content = new StringContent(Body(writeBody), Encoding.UTF8, "application/json");

        using var response = await _client.SendAsync(message, cancellationToken);
        var bytes = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        try
        {
            using var json = JsonDocument.Parse(bytes);
            return new ManagementAnswer(response.StatusCode, json.RootElement.Clone());
        }
        catch (JsonException)
        {
            return new ManagementAnswer(response.StatusCode, default);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private static string Body(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
