using Muster.Core.Errors;
using Muster.Core.Instances;

namespace Muster.Composition;

/// <summary>Keeps the <see cref="PolicyKeyUses"/> on disk as long as the server runs, and once more when it stops.</summary>
public sealed class PolicyKeyUseWriting(PolicyKeyUses uses, IFaultLog faults) : BackgroundService
{
    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => uses.RunAsync(faults, stoppingToken);
}
