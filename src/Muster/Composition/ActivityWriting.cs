using Muster.Core.Activity;

namespace Muster.Composition;

/// <summary>
/// Keeps the counts of the <see cref="ActivityService"/> on disk as long as the server runs; the last ones go there when the service is
/// disposed, after the last registration.
/// </summary>
public sealed class ActivityWriting(ActivityService activity) : BackgroundService
{
    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => activity.RunAsync(stoppingToken);
}
