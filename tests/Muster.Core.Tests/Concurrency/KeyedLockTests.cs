using Muster.Core.Concurrency;
using Xunit;

namespace Muster.Core.Tests.Concurrency;

public sealed class KeyedLockTests
{
    private readonly KeyedLock<string> _lock = new();

    [Fact]
    public async Task Holders_of_one_key_come_one_after_another()
    {
        var inside = 0;
        var most = 0;
        await Task.WhenAll(Enumerable.Range(0, 100).Select(async _ =>
        {
            using var turn = await _lock.AcquireAsync("a", TestContext.Current.CancellationToken);
            most = Math.Max(most, Interlocked.Increment(ref inside));
            await Task.Yield();
            Interlocked.Decrement(ref inside);
        }));

        Assert.Equal(1, most);
        Assert.Equal(0, _lock.Count);
    }

    [Fact]
    public async Task Another_key_does_not_wait()
    {
        using var held = await _lock.AcquireAsync("a", TestContext.Current.CancellationToken);
        using var other = await _lock.AcquireAsync("b", TestContext.Current.CancellationToken);
        Assert.Equal(2, _lock.Count);
    }

    [Fact]
    public async Task Waiter_that_gives_up_leaves_the_lock_usable()
    {
        using var giveUp = new CancellationTokenSource();
        var held = await _lock.AcquireAsync("a", TestContext.Current.CancellationToken);
        var waiter = _lock.AcquireAsync("a", giveUp.Token);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiter);

        held.Dispose();
        held.Dispose();
        using var next = await _lock.AcquireAsync("a", TestContext.Current.CancellationToken);
        Assert.Equal(1, _lock.Count);
    }
}
