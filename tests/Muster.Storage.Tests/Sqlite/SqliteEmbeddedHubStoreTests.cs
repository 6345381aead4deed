using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using Muster.EmbeddedHub.Hubs;
using Muster.EmbeddedHub.Storage;
using Muster.Storage.Sqlite;
using Muster.Storage.Tests.Conformance;

namespace Muster.Storage.Tests.Sqlite;

/// <summary>The embedded hubs' conformance suite over SQLite, and what is particular to it.</summary>
public sealed class SqliteEmbeddedHubStoreTests : EmbeddedHubStoreConformance
{
    private readonly TemporaryFolder _folder = new();
    private SqliteProvisioningStore? _store;

    private string DatabasePath => _folder.File("muster.db");

    [Fact]
    public async Task Keys_are_not_in_the_files()
    {
        const string key = "c2VjcmV0LW9mLXRoaXMtdGVzdA==";
        var hub = EmbeddedHubDescription.CreateNew("needle.example", TimeProvider.System);
        await Store.PutHubAsync(hub, default);
        await Store.TryInsertDeviceAsync("needle.example", Device("a", 1, key: key), default);
        await CloseAsync();

        var files = _folder.Contents().ToArray();

        Assert.Contains(files, bytes => Contains(bytes, "needle.example"));
        Assert.DoesNotContain(files, bytes => Contains(bytes, key));
        Assert.DoesNotContain(files, bytes => hub.Policies.Any(policy => Contains(bytes, policy.PrimaryKey)));
    }

    [Fact]
    public async Task A_document_moved_to_another_device_is_refused()
    {
        await Store.TryInsertDeviceAsync("hub", Device("a", 1), default);
        await Store.TryInsertDeviceAsync("hub", Device("b", 1), default);
        await CloseAsync();
        await using (var connection = new SqliteConnection($"Data Source={DatabasePath};Pooling=False"))
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText =
                """
                UPDATE embedded_hub_devices SET document = (SELECT document FROM embedded_hub_devices WHERE device_id = 'a')
                WHERE device_id = 'b'
                """;
            await command.ExecuteNonQueryAsync();
        }

        var reopened = await OpenAsync();

        Assert.NotNull(await reopened.FindDeviceAsync("hub", "a", default));
        await Assert.ThrowsAnyAsync<CryptographicException>(() => reopened.FindDeviceAsync("hub", "b", default));
    }

    protected override async Task<IEmbeddedHubStore> OpenAsync()
    {
        _store = await SqliteTestStore.OpenAsync(DatabasePath);
        return new SqliteEmbeddedHubStore(_store.Database);
    }

    protected override async ValueTask CloseAsync()
    {
        if (_store is not null) await _store.DisposeAsync();
    }

    protected override ValueTask CleanAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private static bool Contains(byte[] bytes, string text) => bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0;
}
