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
/// <param name="options">The largest list, and the longest time that it may take.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
public sealed class RevocationListFetcher(
    InstanceDirectory instances, CaCertificateService authorities, X509Options options, TimeProvider time, ILogger<RevocationListFetcher> logger)
    : BackgroundService
{
    /// <summary>How often every list is fetched.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>How soon a fetch that failed is tried again.</summary>
    public static readonly TimeSpan RetryInterval = TimeSpan.FromMinutes(5);

    /// <summary>How often it is looked for lists that are due.</summary>
    public static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(10);

    // One web server that does not answer delays few lists of others.
    private const int FetchesAtOnce = 4;
    private const int MaxRedirections = 3;

    private readonly SemaphoreSlim _turn = new(1);
    private readonly Dictionary<(string Instance, string Name, string Url), DateTimeOffset> _due = [];

    /// <summary>Fetches what is due; of two calls at a time the second waits for the first.</summary>
    public async Task FetchDueAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var fetches = new List<Fetch>();
            foreach (var instance in instances.Instances)
            {
                foreach (var authority in await authorities.ListAsync(instance, cancellationToken))
                {
                    if (authority.Revocation?.Url is { } url) fetches.Add(new Fetch(instance, authority, url));
                }
            }

            // Addresses that nobody names any more are forgotten.
            foreach (var key in _due.Keys.Except(fetches.Select(fetch => fetch.Key)).ToList()) _due.Remove(key);
            var now = time.GetUtcNow();
            var due = fetches.Where(fetch => fetch.IsNew || !_due.TryGetValue(fetch.Key, out var at) || at <= now).ToList();
            await Parallel.ForEachAsync(
                due,
                new ParallelOptions { MaxDegreeOfParallelism = FetchesAtOnce, CancellationToken = cancellationToken },
                async (fetch, stop) => fetch.IsDone = await FetchAsync(fetch.Instance, fetch.Authority, fetch.Url, stop));
            foreach (var fetch in due) _due[fetch.Key] = now + (fetch.IsDone ? Interval : RetryInterval);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _turn.Dispose();
        base.Dispose();
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

    /// <summary>Whether a list came and was accepted; else the certificate and the log say why not.</summary>
    private async Task<bool> FetchAsync(ProvisioningInstance instance, CaCertificate authority, string url, CancellationToken cancellationToken)
    {
        string? problem;
        try
        {
            using var handler = new SocketsHttpHandler { UseCookies = false, MaxAutomaticRedirections = MaxRedirections };
            using var client = new HttpClient(handler)
            {
                Timeout = options.RevocationFetchTimeout,
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
                var result = await authorities.PutRevocationListAsync(
                    AuditCaller.Process, instance, authority.Name, content, ETagCondition.Any, cancellationToken);
                if (result.Value is not null) return true;
                problem = result.Refusal!.Message;
            }
        }
        catch (HttpRequestException exception) when (exception.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            problem = $"the answer has more than {options.MaxRevocationListBytes} bytes";
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException
            || (exception is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            var cause = exception.GetBaseException().Message;
            problem = exception switch
            {
                TaskCanceledException => "no answer in time",
                IOException or { InnerException: IOException } => $"the answer broke off: {cause}",
                _ => cause,
            };
        }

        logger.RevocationListNotFetched(authority.Name, instance.Name, problem);

        // Said once; its etag stays what it is while nothing changes.
        if (authority.Revocation?.FetchProblem != problem)
            await authorities.NoteFetchProblemAsync(instance, authority.Name, problem, cancellationToken);
        return false;
    }

    private sealed record Fetch(ProvisioningInstance Instance, CaCertificate Authority, string Url)
    {
        public bool IsDone { get; set; }

        /// <summary>Whether nothing was fetched since checking began or the certificate was replaced.</summary>
        public bool IsNew => Authority.Revocation is { ListDer: null, FetchProblem: null };

        public (string Instance, string Name, string Url) Key => (Instance.Name, Authority.Name, Url);
    }
}
