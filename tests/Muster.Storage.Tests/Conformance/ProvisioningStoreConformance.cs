using Muster.Core.Store;

namespace Muster.Storage.Tests.Conformance;

/// <summary>What every engine of the provisioning store does. A subclass per engine opens an empty store for each test.</summary>
public abstract partial class ProvisioningStoreConformance : IAsyncLifetime
{
    /// <summary>Traces kept per instance in these tests.</summary>
    protected const int MaxAttemptTraces = 20;

    protected IProvisioningStore Store { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Store = await OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await CloseAsync(Store);
        await CleanAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Opens the test's store; after <see cref="CloseAsync"/> it holds what it held.</summary>
    protected abstract Task<IProvisioningStore> OpenAsync();

    /// <summary>Closes a store.</summary>
    protected abstract ValueTask CloseAsync(IProvisioningStore store);

    /// <summary>Removes the test's data.</summary>
    protected abstract ValueTask CleanAsync();

    protected async Task ReopenAsync()
    {
        await CloseAsync(Store);
        Store = await OpenAsync();
    }

    protected Task<CommitOutcome> CommitAsync(params StoreChange[] changes) => Store.CommitAsync(changes, default);

    protected async Task CommitOrFailAsync(params StoreChange[] changes) =>
        Assert.Equal(CommitOutcome.Committed, await CommitAsync(changes));
}
