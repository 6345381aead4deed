using System.Diagnostics;
using System.Text;
using Muster.Core.Attestation;
using Muster.Core.Enrollments;
using Muster.Core.Secrets;
using Muster.Core.Store;
using Muster.Storage.Tests.Conformance;

namespace Muster.Storage.Tests.Sqlite;

/// <summary>What is acknowledged is on disk, and what is secret is not readable there.</summary>
public sealed class SqliteDurabilityTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_copy_of_the_files_after_an_acknowledged_commit_holds_the_commit()
    {
        await using var store = await SqliteTestStore.OpenAsync(_folder.File("muster.db"));
        await store.CommitAsync([new PutRegistration(Samples.Registration("one"), null)], CancellationToken.None);

        // As after a kill: the log was not taken over into the database, and the shared memory file is lost.
        File.Copy(_folder.File("muster.db"), _folder.File("copy.db"));
        File.Copy(_folder.File("muster.db-wal"), _folder.File("copy.db-wal"));

        await using var copy = await SqliteTestStore.OpenAsync(_folder.File("copy.db"));
        Assert.NotNull(await copy.FindRegistrationAsync(Samples.Instance, "one", CancellationToken.None));
    }

    [Theory]
    [InlineData("PRAGMA journal_mode", "wal")]
    [InlineData("PRAGMA synchronous", "2")]
    [InlineData("PRAGMA foreign_keys", "1")]
    [InlineData("PRAGMA busy_timeout", "5000")]
    public async Task The_writer_works_with_the_settings_that_make_it_durable(string question, string expected)
    {
        await using var store = await SqliteTestStore.OpenAsync(_folder.File("muster.db"));

        var answer = await store.Database.Writer.RunAsync(session => session.Scalar(question), null, CancellationToken.None);

        Assert.Equal(expected, answer?.ToString());
    }

    [Fact]
    public async Task Every_write_that_a_killed_process_acknowledged_is_there()
    {
        var path = _folder.File("muster.db");
        var program = Path.Combine(AppContext.BaseDirectory, "Muster.Storage.Tests" + (OperatingSystem.IsWindows() ? ".exe" : ""));
        using var process = Process.Start(new ProcessStartInfo(program, [TestProgram.WriteUntilKilled, path])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        var acknowledged = new List<string>();
        while (acknowledged.Count < 500 && await process.StandardOutput.ReadLineAsync() is { } line) acknowledged.Add(line);
        process.Kill();
        // The pipe holds what was told before the kill; a torn last line tells nothing.
        var rest = (await process.StandardOutput.ReadToEndAsync()).Split('\n');
        acknowledged.AddRange(rest.SkipLast(1));
        await process.WaitForExitAsync();

        Assert.True(acknowledged.Count >= 500);
        await using var store = await SqliteTestStore.OpenAsync(path);
        foreach (var id in acknowledged)
        {
            Assert.NotNull(await store.FindEnrollmentAsync(Samples.Instance, EnrollmentKind.Individual, id, CancellationToken.None));
            Assert.NotNull(await store.FindRegistrationAsync(Samples.Instance, id, CancellationToken.None));
        }
    }

    [Fact]
    public async Task Secrets_are_not_in_the_files()
    {
        const string plain = "c2VjcmV0LW9mLXRoaXMtdGVzdA==";
        var instance = Samples.ProvisioningInstance("needle-in-the-file");
        var keys = new SymmetricKeyPair(new Secret(plain), new Secret("2" + plain));
        var store = await SqliteTestStore.OpenAsync(_folder.File("muster.db"));
        await using (store)
        {
            await store.CommitAsync(
                [
                    new PutInstance(instance with { AccessPolicies = [new("owner", keys, default)] }, null),
                    new PutEnrollment(Samples.Individual("one", attestation: new SymmetricKeyAttestation(keys)), null),
                    new PutLinkedHub(Samples.Hub("hub") with { ConnectionString = new Secret("SharedAccessKey=" + plain) }, null),
                ],
                CancellationToken.None);
            AssertUnreadable(plain);
        }

        AssertUnreadable(plain);
    }

    [Fact]
    public async Task A_closed_store_leaves_the_database_file_alone()
    {
        var store = await SqliteTestStore.OpenAsync(_folder.File("muster.db"));
        await store.CommitAsync([new PutRegistration(Samples.Registration("one"), null)], CancellationToken.None);
        await store.FindRegistrationAsync(Samples.Instance, "one", CancellationToken.None);
        await store.DisposeAsync();

        // The last connection takes the log over and removes it: nothing is left open.
        Assert.False(File.Exists(_folder.File("muster.db-wal")));
    }

    public void Dispose() => _folder.Dispose();

    private void AssertUnreadable(string plain)
    {
        var files = _folder.Contents().ToArray();
        Assert.Contains(files, bytes => Contains(bytes, "needle-in-the-file"));
        Assert.DoesNotContain(files, bytes => Contains(bytes, plain));
        Assert.DoesNotContain(files, bytes => Contains(bytes, Convert.ToBase64String(Encoding.UTF8.GetBytes(plain))));
        Assert.DoesNotContain(files, bytes => bytes.AsSpan().IndexOf(Convert.FromBase64String(plain)) >= 0);
    }

    private static bool Contains(byte[] bytes, string text) => bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0;
}
