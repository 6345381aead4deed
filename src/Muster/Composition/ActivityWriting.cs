using Muster.Core.Activity;

namespace Muster.Composition;

/// <summary>
/// Keeps the counts of the <see cref="ActivityService"/> on disk as long as the server runs. The doors stop before it, so the last ones
/// go there too.
/// </summary>
public sealed class ActivityWriting(ActivityService activity) : BackgroundService
{
    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => activity.RunAsync(stoppingToken);
}
