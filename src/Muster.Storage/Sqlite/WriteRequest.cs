namespace Muster.Storage.Sqlite;

/// <summary>A unit of work waiting for the writer. It is either taken by the writer or cancelled, never both.</summary>
internal abstract class WriteRequest
{
    private const int Waiting = 0;
    private const int Taken = 1;
    private const int Cancelled = 2;

    private int _state;

    /// <summary>Claims the request for the writer; false when it was cancelled before.</summary>
    public bool TryTake() => Interlocked.CompareExchange(ref _state, Taken, Waiting) == Waiting;

    /// <summary>Withdraws the request; false when the writer has it already.</summary>
    public bool TryCancel() => Interlocked.CompareExchange(ref _state, Cancelled, Waiting) == Waiting;

    /// <summary>Does the work inside the open transaction. It may run again after that transaction was rolled back.</summary>
    public abstract void Apply(SqliteSession session);

    /// <summary>Tells the caller that the work is durable.</summary>
    public abstract void Complete();

    /// <summary>Tells the caller that nothing was written.</summary>
    public abstract void Fail(Exception exception);
}
