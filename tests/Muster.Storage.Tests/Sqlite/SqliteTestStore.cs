using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Muster.Storage.Sqlite;

namespace Muster.Storage.Tests.Sqlite;

/// <summary>Opens stores over files.</summary>
internal static class SqliteTestStore
{
    /// <summary>A fixed key, so that a file can be opened again.</summary>
    public static readonly byte[] Key = SHA256.HashData("a key for tests"u8);

    public static SqliteStoreOptions Options(string path) => new() { Path = path, SecretsKey = Key };

    public static Task<SqliteProvisioningStore> OpenAsync(string path) => OpenAsync(Options(path));

    public static Task<SqliteProvisioningStore> OpenAsync(SqliteStoreOptions options) =>
        SqliteProvisioningStore.OpenAsync(options, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
}
