using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Muster.Core.Hubs;

namespace Muster.Hubs.AzureIotHub;

/// <summary>Sends the requests of one link and maps what fails (iot-hub 2.6).</summary>
internal sealed class HubClient : IDisposable
{
    private const string ApiVersion = "2021-04-12";
    private const int Unreachable = 503001;
    private const int MaxAnswerBytes = 2 * 1024 * 1024;
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(10);

    private readonly string _hostName;
    private readonly Uri _address;
    private readonly TimeSpan _timeout;
    private readonly IHubAuthorization _authorization;
    private readonly HttpClient _http;
    private readonly TimeProvider _clock;

    public HubClient(LinkedHub hub, IHubAuthorization authorization, TimeProvider clock)
    {
        var settings = hub.Settings ?? new HubConnectorSettings();
        _hostName = hub.HostName;
        LinkETag = hub.ETag;
        _address = new UriBuilder(Uri.UriSchemeHttps, hub.HostName, settings.Port ?? 443).Uri;
        _timeout = settings.TimeoutSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : DefaultTimeout;
        _authorization = authorization;
        _clock = clock;
        _http = new HttpClient(Handler(settings))
        {
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = MaxAnswerBytes,
        };
    }

    /// <summary>The link that this client was made for.</summary>
    public string LinkETag { get; }

    /// <summary>Sends one request.</summary>
    /// <param name="method">HTTP method.</param>
    /// <param name="path">Path, its segments percent-encoded, without leading slash.</param>
    /// <param name="body">JSON, or null.</param>
    /// <param name="ifMatch">The If-Match header, or null.</param>
    /// <param name="allowed">Statuses that are answers although they are no success.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="HubCallException">Anything else.</exception>
    public async Task<HubAnswer> SendAsync(
        HttpMethod method, string path, byte[]? body, string? ifMatch, int[] allowed, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_timeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(method, new Uri(_address, $"/{path}?api-version={ApiVersion}"));
            request.Headers.Host = _hostName;
            request.Headers.TryAddWithoutValidation("Authorization", await _authorization.GetHeaderAsync(either.Token));
            if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
            if (body is not null)
            {
                request.Content = new ByteArrayContent(body);
                request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json; charset=utf-8");
            }

            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseContentRead, either.Token);
            var status = (int)response.StatusCode;
            var content = await response.Content.ReadAsByteArrayAsync(either.Token);
            if (status is >= 200 and < 300 || allowed.Contains(status)) return new HubAnswer(status, content);
            throw HubFailure.From(response, Encoding.UTF8.GetString(content), _hostName, _clock);
        }
        catch (OperationCanceledException problem) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HubCallException(Unreachable,
                $"The hub '{_hostName}' did not answer within {_timeout.TotalSeconds:0} seconds.", isTransient: true, innerException: problem);
        }
        catch (HttpRequestException problem)
        {
            var isTls = problem.InnerException is AuthenticationException;
            throw new HubCallException(Unreachable, isTls
                ? $"The certificate of the hub '{_hostName}' is not trusted: {problem.InnerException!.Message}"
                : $"The hub '{_hostName}' cannot be reached: {problem.Message}", isTransient: !isTls, innerException: problem);
        }
    }

    public void Dispose() => _http.Dispose();

    private SocketsHttpHandler Handler(HubConnectorSettings settings)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            ConnectTimeout = _timeout,
        };
        if (settings.Address is { } address)
        {
            // A proxy would resolve the hub's own name again.
            handler.UseProxy = false;
            handler.ConnectCallback = async (context, token) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                try
                {
                    await socket.ConnectAsync(address, context.DnsEndPoint.Port, token);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            };
        }

        if (settings.RootCertificates is { } pem)
        {
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
            };
            policy.CustomTrustStore.ImportFromPem(pem);
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
        }

        return handler;
    }
}
