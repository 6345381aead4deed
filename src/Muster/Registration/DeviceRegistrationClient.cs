using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Muster.Protocols.Sas;

namespace Muster.Registration;

/// <summary>The device's side of a registration over HTTPS with a symmetric key or a certificate (device-protocols 2).</summary>
/// <param name="request">What the device knows.</param>
/// <param name="time">The clock, also for waiting between polls.</param>
public sealed class DeviceRegistrationClient(DeviceRegistrationRequest request, TimeProvider time)
{
    /// <summary>How long the whole registration may take.</summary>
    public static readonly TimeSpan TotalTime = TimeSpan.FromMinutes(2);

    private const string ApiVersion = "2021-10-01";

    /// <summary>An answer is a few kilobytes; more is not from a provisioning service.</summary>
    private const int MaxAnswerBytes = 1024 * 1024;

    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DefaultWait = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(60);

    /// <summary>Registers and polls until the state is final.</summary>
    public async Task<RegistrationOutcome> RunAsync(CancellationToken cancellationToken)
    {
        X509Certificate2Collection? roots = null;
        if (request.RootCertificateFile is { } file)
        {
            roots = [];
            roots.ImportFromPemFile(file);
        }

        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, SslOptions = Tls(roots, request.Certificate) };
        using var client = new HttpClient(handler) { Timeout = RequestTimeout, MaxResponseContentBufferSize = MaxAnswerBytes };
        try
        {
            return await RegisterAsync(client, cancellationToken);
        }
        catch (HttpRequestException exception)
        {
            return RegistrationWords.Unreachable(request, Reason(exception), Advice(exception));
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return RegistrationWords.Unreachable(request, $"no answer within {RequestTimeout.TotalSeconds} s.",
                "check that the service runs and that no firewall stands between.");
        }
    }

    private async Task<RegistrationOutcome> RegisterAsync(HttpClient client, CancellationToken cancellationToken)
    {
        var deadline = time.GetUtcNow() + TotalTime;
        var resource = $"{Uri.EscapeDataString(request.IdScope)}/registrations/{Uri.EscapeDataString(request.RegistrationId)}";
        string? operationId = null;
        while (true)
        {
            var path = operationId is null ? "register" : $"operations/{Uri.EscapeDataString(operationId)}";
            var answer = await SendAsync(client, $"{resource}/{path}?api-version={ApiVersion}", operationId is null, cancellationToken);
            if (answer.HttpStatus is HttpStatusCode.OK or HttpStatusCode.Accepted
                && answer is { Status: "assigning" or "unassigned", OperationId: { Length: > 0 } operation })
            {
                operationId = operation;
            }
            else if (answer.HttpStatus != HttpStatusCode.TooManyRequests)
            {
                return RegistrationWords.Describe(request, answer);
            }

            var wait = Clamp(answer.RetryAfter ?? DefaultWait);
            if (time.GetUtcNow() + wait > deadline) return TookTooLong(answer);
            await Task.Delay(wait, time, cancellationToken);
        }
    }

    private RegistrationOutcome TookTooLong(RegistrationAnswer last) =>
        last.HttpStatus == HttpStatusCode.TooManyRequests
            ? RegistrationWords.Describe(request, last)
            : RegistrationWords.Unreachable(request, $"the device is still being assigned after {TotalTime.TotalMinutes} minutes.",
                "register again later; look at the linked hubs, one of them may not answer.");

    private async Task<RegistrationAnswer> SendAsync(HttpClient client, string target, bool register, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(register ? HttpMethod.Put : HttpMethod.Get, new Uri(request.Endpoint, "/" + target));
        if (request.Key is { } key)
        {
            message.Headers.TryAddWithoutValidation("Authorization", SasTokenBuilder.Create(
                $"{request.IdScope}/registrations/{request.RegistrationId}", key.Span, time.GetUtcNow().AddHours(1), "registration"));
        }

        message.Headers.TryAddWithoutValidation("User-Agent", $"muster/{CommandLine.MusterCommand.Version}");
        message.Headers.TryAddWithoutValidation("Accept", "application/json");
        if (register)
        {
            message.Content = new ByteArrayContent(Body());
            message.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json; charset=utf-8");
        }

        using var response = await client.SendAsync(message, cancellationToken);
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        return RegistrationAnswer.Read(response.StatusCode, response.Headers.RetryAfter, body);
    }

    private byte[] Body()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("registrationId", request.RegistrationId);
            if (request.Payload is { } payload)
            {
                json.WritePropertyName("payload");
                json.WriteRawValue(payload);
            }

            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static SslClientAuthenticationOptions Tls(X509Certificate2Collection? roots, SslStreamCertificateContext? own)
    {
        var options = new SslClientAuthenticationOptions
        {
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ClientCertificateContext = own,
        };
        if (roots is null) return options;
        options.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        options.CertificateChainPolicy.CustomTrustStore.AddRange(roots);
        return options;
    }

    /// <summary>Waits as asked, but never spins and never sleeps for hours on a bad header.</summary>
    private static TimeSpan Clamp(TimeSpan wait) =>
        wait < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : wait > MaxWait ? MaxWait : wait;

    private static string Reason(HttpRequestException exception)
    {
        var cause = exception.InnerException is AuthenticationException or SocketException or IOException
            ? exception.InnerException
            : exception;
        return new StringBuilder(cause.Message.TrimEnd('.')).Append('.').ToString();
    }

    private static string Advice(HttpRequestException exception) => exception switch
    {
        { HttpRequestError: HttpRequestError.NameResolutionError } => "check the host in --endpoint; its name is not known here.",
        { HttpRequestError: HttpRequestError.SecureConnectionError } or { InnerException: AuthenticationException } =>
            "trust the service's root certificate with --root-cert FILE (the service prints its path at start), and use a host name that "
            + "stands in its certificate.",
        { HttpRequestError: HttpRequestError.ConnectionError } or { InnerException: SocketException } =>
            "check that the service runs ('muster serve' prints its endpoint) and that --endpoint has its host and port.",
        _ => "check that --endpoint has the host and port of a provisioning service.",
    };
}
