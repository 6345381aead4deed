using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Muster.Core.Allocation;

namespace Muster.Hubs.Webhooks;

/// <summary>
/// Posts to webhooks over HTTPS. It follows no redirect, uses no proxy, reads no more than it needs, and looks at every address
/// between the resolution of the name and the connection, so that a name cannot point elsewhere the second time.
/// </summary>
public sealed class HttpAllocationWebhook : IAllocationWebhook, IDisposable
{
    private readonly WebhookOptions _options;
    private readonly HttpClient _http;

    /// <summary>Makes the client.</summary>
    public HttpAllocationWebhook(WebhookOptions options)
    {
        _options = options;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectCallback = ConnectAsync,
        };
        if (options.RootCertificates is { } pem)
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

        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <inheritdoc/>
    public async Task<WebhookAnswer> PostAsync(string url, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address)) return Unusable("the webhook's URL cannot be read.");
        if (address.Scheme != Uri.UriSchemeHttps && !(_options.AllowsHttp && address.Scheme == Uri.UriSchemeHttp))
            return Unusable("the webhook's URL is not https; an option allows plain http.");
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ReadOnlyMemoryContent(body) };
            request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json; charset=utf-8");
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            var status = (int)response.StatusCode;
            if (status != (int)HttpStatusCode.OK) return new WebhookAnswer(status, ReadOnlyMemory<byte>.Empty);
            var answer = await ReadAsync(response.Content, cancellationToken);
            return answer is { } bytes
                ? new WebhookAnswer(status, bytes)
                : Unusable($"the webhook's answer is larger than {WebhookOptions.MaxAnswerBytes / 1024} KB.");
        }
        catch (HttpRequestException problem) when (problem.InnerException is ForbiddenAddressException forbidden)
        {
            return Unusable($"the webhook cannot be called: {forbidden.Message}");
        }
        catch (HttpRequestException problem) when (problem.InnerException is AuthenticationException)
        {
            return Failed("the webhook's certificate is not trusted.");
        }
        catch (Exception problem) when (problem is HttpRequestException or IOException)
        {
            // The messages of both name the host at most, never the query.
            return Failed($"the webhook cannot be reached: {(problem as HttpRequestException)?.HttpRequestError.ToString() ?? "the connection broke"}.");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static async Task<byte[]?> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength > WebhookOptions.MaxAnswerBytes) return null;
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[WebhookOptions.MaxAnswerBytes + 1];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return length > WebhookOptions.MaxAnswerBytes ? null : buffer[..length];
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var target = context.DnsEndPoint;
        var addresses = IPAddress.TryParse(target.Host, out var literal)
            ? [literal]
            : await Dns.GetHostAddressesAsync(target.Host, cancellationToken);
        string? refusal = null;
        Exception? last = null;
        foreach (var address in addresses)
        {
            if (WebhookAddresses.Check(address, _options.AllowsOwnAddresses) is { } problem)
            {
                refusal = problem;
                continue;
            }

            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(address, target.Port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException exception)
            {
                socket.Dispose();
                last = exception;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        throw last ?? new ForbiddenAddressException(refusal ?? "its name has no address.");
    }

    private static WebhookAnswer Unusable(string why) => new(Status: null, ReadOnlyMemory<byte>.Empty, why);

    private static WebhookAnswer Failed(string why) => new(Status: null, ReadOnlyMemory<byte>.Empty, why, MayRetry: true);

    private sealed class ForbiddenAddressException(string message) : Exception(message);
}
