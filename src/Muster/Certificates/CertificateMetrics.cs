using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Muster.Core.Certificates;
using Muster.Core.Instances;

namespace Muster.Certificates;

/// <summary>
/// The gauge <c>muster.certificates.expiring</c>: how many certificates of enrollments and CA certificates end within so many days, those
/// that have ended included. It is counted in the background, so that reading metrics costs nothing.
/// </summary>
public sealed class CertificateMetrics : BackgroundService
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Muster.Certificates";

    /// <summary>The numbers of days that are looked ahead: 0 are the certificates that have ended.</summary>
    public static readonly IReadOnlyList<int> Days = [0, 7, 30, 90];

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<(string Instance, int Days), long> _counts = new();
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
            () => _counts.Select(count => new Measurement<long>(
                count.Value, new("ProvisioningServiceName", count.Key.Instance), new KeyValuePair<string, object?>("WithinDays", count.Key.Days))),
            unit: "{certificate}",
            description: "Certificates of enrollments and CA certificates that end within so many days or have ended.");
    }

    /// <summary>Counts now.</summary>
    public async Task CountAsync(CancellationToken cancellationToken)
    {
        foreach (var instance in _instances.Instances)
        {
            foreach (var days in Days)
                _counts[(instance.Name, days)] = await _report.CountAsync(instance, TimeSpan.FromDays(days), cancellationToken);
        }

        // A deleted instance has no certificates any more.
        foreach (var key in _counts.Keys.Where(key => !_instances.Instances.Any(instance => instance.Name == key.Instance)))
            _counts.TryRemove(key, out _);
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
