using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Muster.Core.Store;
using Muster.Storage.Sqlite;
using Muster.Storage.Tests.Conformance;

namespace Muster.Storage.Tests.Sqlite;

/// <summary>Which databases are opened, upgraded and refused.</summary>
public sealed class SqliteMigrationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string DatabasePath => _folder.File("muster.db");

    [Fact]
    public async Task A_new_database_gets_every_script_once()
    {
        await using (await OpenAsync(SqliteMigrations.Embedded))
        {
        }

        await using (await OpenAsync(SqliteMigrations.Embedded))
        {
        }

        Assert.Equal(
            SqliteMigrations.Embedded.Select(script => $"{script.Version} {script.Name} {script.Checksum}"),
            Query("SELECT version || ' ' || name || ' ' || checksum FROM schema_migrations ORDER BY version"));
        Assert.Equal("0001_initial.sql", SqliteMigrations.Embedded[0].Name);
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task The_files_are_readable_by_their_owner_only()
    {
        await using var store = await SqliteTestStore.OpenAsync(DatabasePath);
        await store.CommitAsync([new PutRegistration(Samples.Registration("one"), null)], CancellationToken.None);

        foreach (var file in new[] { DatabasePath, DatabasePath + "-wal", DatabasePath + "-shm" })
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task An_older_database_is_upgraded_and_keeps_its_data()
    {
        await using (var store = await SqliteTestStore.OpenAsync(DatabasePath))
            await store.CommitAsync([new PutRegistration(Samples.Registration("one"), null)], CancellationToken.None);

        await using (await OpenAsync([.. SqliteMigrations.Embedded, Next("CREATE TABLE added (a TEXT) STRICT;")]))
        {
        }

        Assert.Equal(["added"], Query("SELECT name FROM sqlite_schema WHERE name = 'added'"));
        Assert.Equal(["one"], Query("SELECT id FROM registrations"));
    }

    [Fact]
    public async Task A_script_that_fails_leaves_the_database_as_it_was()
    {
        await using (await OpenAsync(SqliteMigrations.Embedded))
        {
        }

        var faulty = Next("CREATE TABLE added (a TEXT) STRICT; CREATE TABLE added (a TEXT) STRICT;");
        await Assert.ThrowsAsync<SqliteException>(() => OpenAsync([.. SqliteMigrations.Embedded, faulty]));

        Assert.Empty(Query("SELECT name FROM sqlite_schema WHERE name = 'added'"));
        await using (await OpenAsync(SqliteMigrations.Embedded))
        {
        }
    }

    [Fact]
    public async Task A_database_of_a_newer_version_is_refused()
    {
        await using (await OpenAsync([.. SqliteMigrations.Embedded, Next("CREATE TABLE added (a TEXT) STRICT;")]))
        {
        }

        var refusal = await Assert.ThrowsAsync<StoreVersionException>(() => OpenAsync(SqliteMigrations.Embedded));

        var known = SqliteMigrations.Embedded[^1].Version;
        Assert.Contains($"newer version of Muster: it has schema version {known + 1}, and this version knows {known}", refusal.Message);
    }

    [Fact]
    public async Task A_database_made_by_a_script_that_changed_is_refused()
    {
        await using (await OpenAsync([.. SqliteMigrations.Embedded, Next("CREATE TABLE added (a TEXT) STRICT;")]))
        {
        }

        var refusal = await Assert.ThrowsAsync<StoreVersionException>(
            () => OpenAsync([.. SqliteMigrations.Embedded, Next("CREATE TABLE added (b TEXT) STRICT;")]));

        Assert.Contains("another migration script 'next.sql'", refusal.Message);
    }

    [Fact]
    public void A_checksum_does_not_depend_on_line_ends() =>
        Assert.Equal(
            MigrationScript.Create(1, "a", "SELECT 1;\nSELECT 2;\n").Checksum,
            MigrationScript.Create(1, "a", "SELECT 1;\r\nSELECT 2;\r\n").Checksum);

    [Fact]
    public async Task Another_secrets_key_is_refused_and_the_right_one_still_opens()
    {
        await using (var store = await SqliteTestStore.OpenAsync(DatabasePath))
            await store.CommitAsync([new PutLinkedHub(Samples.Hub("hub"), null)], CancellationToken.None);

        var other = SqliteTestStore.Options(DatabasePath) with { SecretsKey = new byte[32] };
        var refusal = await Assert.ThrowsAsync<StoreKeyException>(() => SqliteTestStore.OpenAsync(other));

        Assert.Contains("not the one that this database was made with", refusal.Message);
        await using var again = await SqliteTestStore.OpenAsync(DatabasePath);
        Assert.Single(await again.ListLinkedHubsAsync(Samples.Instance, CancellationToken.None));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(16)]
    [InlineData(33)]
    public async Task A_secrets_key_of_a_wrong_length_is_refused(int length)
    {
        var options = SqliteTestStore.Options(DatabasePath) with { SecretsKey = new byte[length] };

        var refusal = await Assert.ThrowsAsync<ArgumentException>(() => SqliteTestStore.OpenAsync(options));

        Assert.Contains($"has {length} bytes; it must have 32", refusal.Message);
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_refused()
    {
        await File.WriteAllTextAsync(DatabasePath, new string('x', 10_000));

        await Assert.ThrowsAsync<SqliteException>(() => SqliteTestStore.OpenAsync(DatabasePath));
    }

    public void Dispose() => _folder.Dispose();

    private static MigrationScript Next(string sql) => MigrationScript.Create(SqliteMigrations.Embedded[^1].Version + 1, "next.sql", sql);

    private Task<SqliteDatabase> OpenAsync(IReadOnlyList<MigrationScript> scripts) => SqliteDatabase.OpenAsync(
        SqliteTestStore.Options(DatabasePath), scripts, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);

    private List<string> Query(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={DatabasePath};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this class.
        command.CommandText = sql;
#pragma warning restore CA2100
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read()) rows.Add(reader.GetString(0));
        return rows;
    }
}
