namespace Muster.Storage.Sqlite;

/// <summary>
/// A request made of a delegate. <paramref name="committed"/> runs on the writer's thread, after the commit and before the caller
/// learns of it.
/// </summary>
internal sealed class UnitOfWork<T>(Func<SqliteSession, T> work, Action<T>? committed) : WriteRequest
{
    // Callers go on elsewhere: the writer's thread is for writing.
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _result = default!;

    public Task<T> Task => _completion.Task;

    public override void Apply(SqliteSession session) => _result = work(session);

    public override void Complete()
    {
        committed?.Invoke(_result);
        _completion.TrySetResult(_result);
    }

    public override void Fail(Exception exception) => _completion.TrySetException(exception);

    /// <summary>Withdraws the request and cancels its task, unless the writer has it already.</summary>
    public void Cancel(CancellationToken cancellationToken)
    {
        if (TryCancel()) _completion.TrySetCanceled(cancellationToken);
    }
}
