using System.Globalization;
using Muster.Core.Hubs;
using Muster.Portal.Certificates;
using Muster.Portal.Enrollments;
using Muster.Portal.Frame;
using Muster.Portal.Hubs;
using Muster.Portal.Quotas;

namespace Muster.Portal.Instances;

/// <summary>Gathers what somebody should look at in an instance: hubs, certificates, records, networks and limits (portal P3).</summary>
/// <param name="hubs">Knows the linked hubs and their health.</param>
/// <param name="left">Knows what moved devices left in old hubs.</param>
/// <param name="certificates">Knows the CA certificates.</param>
/// <param name="enrollments">Knows whether the person's address is let in.</param>
/// <param name="quotas">Knows limits and orphaned records.</param>
/// <param name="clock">The clock.</param>
public sealed class AttentionDesk(
    HubDesk hubs, LeftBehindDesk left, CaDesk certificates, EnrollmentDesk enrollments, QuotaDesk quotas, ViewerClock clock)
{
    private const int SoonDays = 30;

    // Counting orphans reads the records: it goes on beside the page, and takes no more than a fiftieth of the time.
    private const int PausePerCount = 50;

    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(5);

    private Task<long>? _counting;
    private string _countedOf = "";
    private long _orphaned;
    private DateTimeOffset _nextCount;

    /// <summary>The lines, the worst first. How many records are orphaned follows when they have been counted.</summary>
    public async Task<IReadOnlyList<AttentionLine>> ListAsync(string instance, CancellationToken cancellationToken)
    {
        var page = $"i/{instance}";
        var lines = new List<AttentionLine>();
        var linked = await hubs.ListAsync(instance, cancellationToken);
        if (linked.Count == 0) lines.Add(new("No hub is linked: every registration is refused.", $"{page}/hubs"));
        lines.AddRange(linked.Select(hub => WordsOf(hubs.HealthOf(hub.HostName))).OfType<string>().Select(text => new AttentionLine(text, $"{page}/hubs")));
        foreach (var ca in await certificates.ListAsync(instance, cancellationToken))
        {
            var days = (int)(ca.Certificate.Info.NotAfterUtc - clock.UtcNow).TotalDays;
            if (days >= SoonDays) continue;
            lines.Add(new(
                days < 0 ? $"The CA certificate {ca.Name} has expired." : $"The CA certificate {ca.Name} expires in {days} days.",
                $"{page}/certificates"));
        }

        if (enrollments.BlockedBy(instance) is { } verdict)
            lines.Add(new($"Enrollments cannot be reached from your address: {verdict.Reason}", $"{page}/networking"));
        var stray = (await left.ListAsync(instance, cancellationToken)).Count;
        if (stray > 0)
        {
            lines.Add(new(
                $"{stray} moved {(stray == 1 ? "device is" : "devices are")} still in an old hub, because deleting it there failed.",
                $"{page}/hubs"));
        }

        foreach (var line in await quotas.ListAsync(instance, cancellationToken))
            if (line.Warning is { } warning) lines.Add(new(warning, $"{page}/quotas"));
        var orphaned = await OrphanedAsync(instance, cancellationToken);
        if (orphaned > 0)
        {
            var words = orphaned == 1
                ? "1 orphaned registration record has no enrollment any more and still counts."
                : $"{Counts.About(orphaned, QuotaDesk.OrphanCap)} orphaned registration records have no enrollment any more and still count.";
            lines.Add(new(words, $"{page}/registrations?orphaned=true"));
        }

        return lines;
    }

    private static string? WordsOf(HubHealth health) => health.State switch
    {
        HubHealthState.Failing => $"The hub {health.HostName} fails: {health.LastFailure}",
        HubHealthState.Throttled => string.Create(
            CultureInfo.InvariantCulture, $"The hub {health.HostName} asks for fewer calls; {health.Waiting:N0} registrations wait for it."),
        _ => null,
    };

    private async Task<long> OrphanedAsync(string instance, CancellationToken cancellationToken)
    {
        if (!_countedOf.Equals(instance, StringComparison.OrdinalIgnoreCase))
            (_counting, _countedOf, _orphaned, _nextCount) = (null, instance, 0, DateTimeOffset.MinValue);
        if (_counting is null && clock.UtcNow >= _nextCount) _counting = CountAsync(instance, cancellationToken);
        if (_counting is not { IsCompleted: true } done) return _orphaned;
        _counting = null;

        // The page that began to count may have been left.
        return done.IsCanceled ? _orphaned : _orphaned = await done;
    }

    private async Task<long> CountAsync(string instance, CancellationToken cancellationToken)
    {
        var began = clock.UtcNow;
        var count = await quotas.CountOrphanedAsync(instance, cancellationToken);
        var took = clock.UtcNow - began;
        _nextCount = clock.UtcNow + (took * PausePerCount > ShortestPause ? took * PausePerCount : ShortestPause);
        return count;
    }
}
