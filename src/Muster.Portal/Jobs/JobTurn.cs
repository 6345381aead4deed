namespace Muster.Portal.Jobs;

/// <summary>The place of one job among those that may work at the same time.</summary>
/// <param name="turns">The places.</param>
internal sealed class JobTurn(SemaphoreSlim turns)
{
    private bool _isTaken;

    /// <summary>Takes a place, when one is free; nothing happens if the job has one.</summary>
    public async Task TakeAsync(CancellationToken cancellationToken)
    {
        if (_isTaken) return;
        await turns.WaitAsync(cancellationToken);
        _isTaken = true;
    }

    /// <summary>Gives the place to another job.</summary>
    public void Leave()
    {
        if (!_isTaken) return;
        _isTaken = false;
        turns.Release();
    }
}
