using Muster.Core.Store;
using Muster.Storage.Sqlite;
using Muster.Storage.Tests.Conformance;

namespace Muster.Storage.Tests.Sqlite;

/// <summary>The conformance suite over SQLite.</summary>
public sealed class SqliteProvisioningStoreTests : ProvisioningStoreConformance
{
    private readonly TemporaryFolder _folder = new();

    protected override async Task<IProvisioningStore> OpenAsync() => await SqliteTestStore.OpenAsync(
        SqliteTestStore.Options(_folder.File("muster.db")) with { MaxAttemptTraces = MaxAttemptTraces });

    protected override ValueTask CloseAsync(IProvisioningStore store) => ((SqliteProvisioningStore)store).DisposeAsync();

    protected override ValueTask CleanAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
