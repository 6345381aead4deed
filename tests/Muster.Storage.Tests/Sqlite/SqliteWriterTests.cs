using Microsoft.Data.Sqlite;
using Muster.Core.Store;
using Muster.Storage.Sqlite;
using Muster.Storage.Tests.Conformance;

namespace Muster.Storage.Tests.Sqlite;

/// <summary>How the one writer serves many callers.</summary>
public sealed class SqliteWriterTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly ManualResetEventSlim _gate = new();
    private SqliteProvisioningStore _store = null!;

    private SqliteWriter Writer => _store.Database.Writer;

    public async ValueTask InitializeAsync() => _store = await SqliteTestStore.OpenAsync(_folder.File("muster.db"));

    public async ValueTask DisposeAsync()
    {
        _gate.Set();
        await _store.DisposeAsync();
        _gate.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Writes_that_wait_share_a_transaction()
    {
        var held = await HoldWriterAsync();
        var commits = Enumerable.Range(0, 1000).Select(i => CommitAsync($"device-{i}")).ToArray();
        var before = Writer.Transactions;
        _gate.Set();
        await held;

        Assert.All(await Task.WhenAll(commits), outcome => Assert.Equal(CommitOutcome.Committed, outcome));
        // The held one, and as many as it takes for 1000 in bounded batches.
        Assert.InRange(Writer.Transactions - before, 2, 5);
    }

    [Fact]
    public async Task A_commit_that_is_cancelled_while_it_waits_writes_nothing()
    {
        var held = await HoldWriterAsync();
        using var cancellation = new CancellationTokenSource();
        var cancelled = CommitAsync("cancelled", cancellation.Token);
        var kept = CommitAsync("kept");
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        _gate.Set();
        await held;

        Assert.Equal(CommitOutcome.Committed, await kept);
        Assert.Null(await FindAsync("cancelled"));
        Assert.NotNull(await FindAsync("kept"));
    }

    [Fact]
    public async Task A_commit_that_has_begun_cannot_be_cancelled()
    {
        using var cancellation = new CancellationTokenSource();
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var begun = Writer.RunAsync(_ => Hold(entered), null, cancellation.Token);
        await entered.Task;
        await cancellation.CancelAsync();
        _gate.Set();

        Assert.Equal(1, await begun);
    }

    [Fact]
    public async Task Disposal_writes_what_waits()
    {
        var held = await HoldWriterAsync();
        var commits = Enumerable.Range(0, 100).Select(i => CommitAsync($"device-{i}")).ToArray();
        var disposal = _store.DisposeAsync();
        _gate.Set();
        await disposal;
        await held;

        Assert.All(await Task.WhenAll(commits), outcome => Assert.Equal(CommitOutcome.Committed, outcome));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => CommitAsync("late"));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => FindAsync("device-1"));
        _store = await SqliteTestStore.OpenAsync(_folder.File("muster.db"));
        for (var i = 0; i < commits.Length; i++) Assert.NotNull(await FindAsync($"device-{i}"));
    }

    [Fact]
    public async Task A_full_disk_fails_its_callers_and_the_writer_lives_on()
    {
        await CommitAsync("before");
        var pages = await Writer.RunAsync(session => (long)session.Scalar("PRAGMA page_count")!, null, CancellationToken.None);
        await Writer.RunAsync(session => session.Scalar($"PRAGMA max_page_count = {pages}"), null, CancellationToken.None);

        var failures = await Task.WhenAll(
            Enumerable.Range(0, 200).Select(i => Record.ExceptionAsync(() => CommitAsync($"full-{i}")).AsTask()));

        Assert.Contains(failures, failure => failure is SqliteException { SqliteErrorCode: 13 });
        for (var i = 0; i < failures.Length; i++) Assert.Equal(failures[i] is null, await FindAsync($"full-{i}") is not null);
        await Writer.RunAsync(session => session.Scalar("PRAGMA max_page_count = 1000000"), null, CancellationToken.None);
        Assert.Equal(CommitOutcome.Committed, await CommitAsync("after"));
        Assert.NotNull(await FindAsync("before"));
        Assert.NotNull(await FindAsync("after"));
    }

    [Fact]
    public async Task A_write_that_throws_fails_no_other_of_its_batch()
    {
        var held = await HoldWriterAsync();
        var first = CommitAsync("first");
        var faulty = Writer.RunAsync<int>(
            session =>
            {
                session.Execute("DELETE FROM registrations");
                throw new InvalidOperationException("a bug");
            },
            null,
            CancellationToken.None);
        var last = CommitAsync("last");
        _gate.Set();
        await held;

        Assert.Equal("a bug", (await Assert.ThrowsAsync<InvalidOperationException>(() => faulty)).Message);
        Assert.Equal(CommitOutcome.Committed, await first);
        Assert.Equal(CommitOutcome.Committed, await last);
        Assert.NotNull(await FindAsync("first"));
        Assert.NotNull(await FindAsync("last"));
    }

    [Fact]
    public async Task Readers_go_on_while_the_writer_is_busy()
    {
        await CommitAsync("one");
        var held = await HoldWriterAsync();

        Assert.NotNull(await FindAsync("one"));

        _gate.Set();
        await held;
    }

    private Task<CommitOutcome> CommitAsync(string id, CancellationToken cancellationToken = default) =>
        _store.CommitAsync([new PutRegistration(Samples.Registration(id), null)], cancellationToken);

    private async Task<object?> FindAsync(string id) => await _store.FindRegistrationAsync(Samples.Instance, id, CancellationToken.None);

    /// <summary>Keeps the writer inside a transaction until the gate opens; returns once it is there.</summary>
    private async Task<Task> HoldWriterAsync()
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var held = Writer.RunAsync(_ => Hold(entered), null, CancellationToken.None);
        await entered.Task;
        return held;
    }

    private int Hold(TaskCompletionSource entered)
    {
        entered.TrySetResult();
        _gate.Wait();
        return 1;
    }
}
