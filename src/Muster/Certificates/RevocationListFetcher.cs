using System.Net;
using Muster.Core.Audit;
using Muster.Core.Certificates;
using Muster.Core.Certificates.Verification;
using Muster.Core.Concurrency;
using Muster.Core.Instances;

namespace Muster.Certificates;

/// <summary>
/// Fetches the revocation lists of CA certificates that name a URL, in the background: never for a handshake. A list that cannot be had
/// leaves the old one in place, and the certificate says why.
/// </summary>
/// <param name="instances">The instances.</param>
/// <param name="authorities">Their CA certificates.</param>
/// <param name="options">The largest list.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
public sealed class RevocationListFetcher(
    InstanceDirectory instances, CaCertificateService authorities, X509Options options, TimeProvider time, ILogger<RevocationListFetcher> logger)
    : BackgroundService
{
    /// <summary>How often every list is fetched.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>How often it is looked for lists that were never fetched.</summary>
    public static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(30);

    private readonly Dictionary<(string Instance, string Name, string Url), DateTimeOffset> _last = [];

    /// <summary>Fetches what is due.</summary>
    public async Task FetchDueAsync(CancellationToken cancellationToken)
    {
        foreach (var instance in instances.Instances)
        {
            foreach (var authority in await authorities.ListAsync(instance, cancellationToken))
            {
                if (authority.Revocation?.Url is not { } url) continue;
                var key = (instance.Name, authority.Name, url);
                var now = time.GetUtcNow();
                if (_last.TryGetValue(key, out var last) && now - last < Interval) continue;
                _last[key] = now;
                await FetchAsync(instance, authority, url, cancellationToken);
            }
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookInterval, time);
        do
        {
            try
            {
                await FetchDueAsync(stoppingToken);
            }
            catch (Exception problem) when (problem is not OperationCanceledException)
            {
                logger.RevocationListsNotFetched(problem);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task FetchAsync(ProvisioningInstance instance, CaCertificate authority, string url, CancellationToken cancellationToken)
    {
        string? problem;
        try
        {
            using var handler = new SocketsHttpHandler { UseCookies = false, MaxAutomaticRedirections = 3 };
            using var client = new HttpClient(handler)
            {
                Timeout = RequestTimeout,
                MaxResponseContentBufferSize = options.MaxRevocationListBytes,
            };
            using var answer = await client.GetAsync(new Uri(url), cancellationToken);
            if (answer.StatusCode != HttpStatusCode.OK)
            {
                problem = $"HTTP status {(int)answer.StatusCode}";
            }
            else
            {
                var content = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
                var result = await authorities.PutRevocationListAsync(AuditCaller.Process, instance, authority.Name, content, ETagCondition.Any, cancellationToken);
                if (result.Value is not null) return;
                problem = result.Refusal!.Message;
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException
            || (exception is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            problem = exception is TaskCanceledException ? "no answer in time" : exception.Message;
        }

        logger.RevocationListNotFetched(authority.Name, instance.Name, problem);
        await authorities.NoteFetchProblemAsync(instance, authority.Name, problem, cancellationToken);
    }
}
