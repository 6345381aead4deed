using System.Collections.Concurrent;

namespace Muster.Storage.Sqlite;

/// <summary>
/// Reading connections, kept open with their statements. Reads are short and run on the caller's thread, so there are never more
/// in use than threads; those beyond the pool's size are closed after use.
/// </summary>
internal sealed class SqliteReadPool(string path) : IDisposable
{
    private static readonly int MaxIdle = Math.Max(4, 2 * Environment.ProcessorCount);

    private readonly ConcurrentStack<SqliteSession> _idle = new();
    private int _idleCount;
    private volatile bool _disposed;

    /// <summary>Runs <paramref name="read"/> on a connection of its own. What it reads is no older than this call.</summary>
    public T Read<TArgument, T>(TArgument argument, Func<SqliteSession, TArgument, T> read)
    {
        var session = Rent();
        try
        {
            return read(session, argument);
        }
        finally
        {
            Return(session);
        }
    }

    public void Dispose()
    {
        _disposed = true;
        while (_idle.TryPop(out var session)) session.Dispose();
    }

    private SqliteSession Rent()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!_idle.TryPop(out var session)) return SqliteSession.OpenReader(path);
        Interlocked.Decrement(ref _idleCount);
        return session;
    }

    private void Return(SqliteSession session)
    {
        if (Interlocked.Increment(ref _idleCount) > MaxIdle)
        {
            Interlocked.Decrement(ref _idleCount);
            session.Dispose();
            return;
        }

        _idle.Push(session);
        // Whoever comes back after the pool was closed closes what it brought.
        if (_disposed && _idle.TryPop(out var late)) late.Dispose();
    }
}
