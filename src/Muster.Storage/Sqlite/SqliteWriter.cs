using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Muster.Storage.Sqlite;

/// <summary>
/// The one writer. A thread of its own takes every request that waits, runs all of them in one transaction and answers all of
/// them after its commit, so that many callers share one flush to disk. A flush blocks, hence no pool thread.
/// </summary>
internal sealed class SqliteWriter : IAsyncDisposable
{
    private const int MaxBatch = 512;
    private const int MaxWaiting = 8192;

    private readonly SqliteSession _session;
    private readonly ILogger _logger;
    private readonly Channel<WriteRequest> _queue = Channel.CreateBounded<WriteRequest>(
        new BoundedChannelOptions(MaxWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _transactions;

    /// <summary>Starts the thread, which alone uses <paramref name="session"/> until the writer is disposed.</summary>
    public SqliteWriter(SqliteSession session, ILogger logger)
    {
        _session = session;
        _logger = logger;
        new Thread(Run) { IsBackground = true, Name = "Muster store writer" }.Start();
    }

    /// <summary>How many transactions were committed.</summary>
    public long Transactions => Volatile.Read(ref _transactions);

    /// <summary>
    /// Runs <paramref name="work"/> in a transaction that others may share, and returns its result once that is durable. Work
    /// that wants nothing written undoes its own writes. Work may run twice, so it changes nothing but the database.
    /// </summary>
    /// <param name="work">The statements to run.</param>
    /// <param name="committed">Runs after the commit, before the caller goes on; it must not throw.</param>
    /// <param name="cancellationToken">Withdraws the work as long as the writer has not begun it.</param>
    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    public async Task<T> RunAsync<T>(Func<SqliteSession, T> work, Action<T>? committed, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var request = new UnitOfWork<T>(work, committed);
        try
        {
            if (!_queue.Writer.TryWrite(request)) await _queue.Writer.WriteAsync(request, cancellationToken);
        }
        catch (ChannelClosedException exception)
        {
            throw new ObjectDisposedException("The store is closed.", exception);
        }

        if (!cancellationToken.CanBeCanceled) return await request.Task;
        await using var registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((UnitOfWork<T>)state!).Cancel(token), request);
        return await request.Task;
    }

    /// <summary>Queues work that nobody waits for. False when the queue is full or closed; a failure is logged.</summary>
    public bool TryPost<T>(Func<SqliteSession, T> work, Action<T> committed) => _queue.Writer.TryWrite(new UnitOfWork<T>(work, committed));

    /// <summary>Writes what waits and ends the thread.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _stopped.Task;
    }

    private void Run()
    {
        var batch = new List<WriteRequest>(MaxBatch);
        while (_queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (batch.Count < MaxBatch && _queue.Reader.TryRead(out var request))
            {
                if (request.TryTake()) batch.Add(request);
            }

            if (batch.Count > 0) WriteAndAnswer(batch);
            batch.Clear();
        }

        _stopped.SetResult();
    }

    private void WriteAndAnswer(List<WriteRequest> batch)
    {
        try
        {
            Write(batch);
        }
#pragma warning disable CA1031 // Only a logger can throw here. Nobody may be left waiting, and the loop lives on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            RollbackIfPossible();
            foreach (var request in batch) request.Fail(exception);
        }
    }

    private void Write(List<WriteRequest> batch)
    {
        try
        {
            _session.Execute("BEGIN IMMEDIATE");
            if (!TryApply(batch)) return;
            _session.Execute("COMMIT");
        }
#pragma warning disable CA1031 // Whatever the engine throws is the callers' answer; the loop lives on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _logger.CommitFailed(exception, batch.Count);
            RollbackIfPossible();
            foreach (var request in batch) request.Fail(exception);
            return;
        }

        Interlocked.Increment(ref _transactions);
        foreach (var request in batch) request.Complete();
    }

    /// <summary>
    /// Applies all requests. When one throws, every request is tried and answered alone, so that it fails no other; then the
    /// result is false.
    /// </summary>
    private bool TryApply(List<WriteRequest> batch)
    {
        try
        {
            foreach (var request in batch) request.Apply(_session);
            return true;
        }
#pragma warning disable CA1031 // See Write.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            RollbackIfPossible();
            if (batch.Count == 1)
            {
                _logger.WriteFailed(exception);
                batch[0].Fail(exception);
                return false;
            }

            _logger.BatchSplit(exception, batch.Count);
        }

        foreach (var request in batch) Write([request]);
        return false;
    }

    private void RollbackIfPossible()
    {
        try
        {
            _session.RollbackIfOpen();
        }
#pragma warning disable CA1031 // The first failure is the one that counts; the next BEGIN tells when the connection is beyond use.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
