using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Muster.Core.Certificates;
using Muster.Core.Instances;

namespace Muster.Certificates;

/// <summary>
/// The gauge <c>muster.certificates.expiring</c>: how many certificates of enrollments and CA certificates end within 30 days, those
/// that have ended included. It is counted in the background, so that reading metrics costs nothing.
/// </summary>
public sealed class CertificateMetrics : BackgroundService
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Muster.Certificates";

    /// <summary>What counts as soon.</summary>
    public static readonly TimeSpan Within = TimeSpan.FromDays(30);

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly InstanceDirectory _instances;
    private readonly ExpiryReport _report;
    private readonly TimeProvider _time;
    private readonly ILogger<CertificateMetrics> _logger;
    private readonly Meter _meter;

    /// <summary>Makes the gauge.</summary>
    public CertificateMetrics(
        InstanceDirectory instances, ExpiryReport report, IMeterFactory meters, TimeProvider time, ILogger<CertificateMetrics> logger)
    {
        _instances = instances;
        _report = report;
        _time = time;
        _logger = logger;
        _meter = meters.Create(MeterName);
        _meter.CreateObservableGauge(
            "muster.certificates.expiring",
            () => _counts.Select(count => new Measurement<long>(count.Value, new KeyValuePair<string, object?>("ProvisioningServiceName", count.Key))),
            unit: "{certificate}",
            description: "Certificates of enrollments and CA certificates that end within 30 days or have ended.");
    }

    /// <summary>Counts now.</summary>
    public async Task CountAsync(CancellationToken cancellationToken)
    {
        foreach (var instance in _instances.Instances)
            _counts[instance.Name] = await _report.CountAsync(instance, Within, cancellationToken);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _meter.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, _time);
        do
        {
            try
            {
                await CountAsync(stoppingToken);
            }
            catch (Exception problem) when (problem is not OperationCanceledException)
            {
                _logger.ExpiryNotCounted(problem);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
