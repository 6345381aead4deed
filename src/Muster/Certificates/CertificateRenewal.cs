namespace Muster.Certificates;

/// <summary>Looks once an hour whether the server certificate must be renewed; running listeners use the new one at once.</summary>
public sealed class CertificateRenewal(ServerTls tls, TimeProvider time, ILogger<CertificateRenewal> logger) : BackgroundService
{
    /// <summary>How often it looks.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) Look();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    private void Look()
    {
        try
        {
            if (tls.Refresh()) logger.ServerCertificateRenewed(tls.Certificate.NotAfter.ToUniversalTime());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or Composition.CannotStartException)
        {
            // The certificate in use stays until a later look succeeds.
            logger.ServerCertificateNotRenewed(exception.Message);
        }
    }
}
