using Muster.Core.Hubs;

namespace Muster.Composition;

/// <summary>Runs the <see cref="HubCleaner"/> as long as the server runs.</summary>
public sealed class HubCleaning(HubCleaner cleaner) : BackgroundService
{
    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => cleaner.RunAsync(stoppingToken);
}
