using Muster.Core.Store;
using Muster.Health;

namespace Muster.Composition;

/// <summary>The server is ready while its store answers.</summary>
internal sealed class StoreReadiness(IProvisioningStore store) : IReadinessCheck
{
    public string Name => "store";

    public async ValueTask<string?> FindProblemAsync(CancellationToken cancellationToken)
    {
        try
        {
            var instances = await store.ListInstancesAsync(cancellationToken);
            return instances.Count > 0 ? null : "it holds no provisioning service";
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            return "it cannot be read; the log has the cause";
        }
    }
}
