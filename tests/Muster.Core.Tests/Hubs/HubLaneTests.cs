using Muster.Core.Hubs;
using Muster.Tests;

namespace Muster.Core.Tests.Hubs;

public sealed class HubLaneTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly ManualTimeProvider _clock = new(Start);

    [Fact]
    public async Task Registrations_take_turns_in_the_order_of_their_arrival_and_none_is_lost()
    {
        var lane = new HubLane("hub", width: 2, _clock);
        var first = await lane.EnterAsync(default);
        var second = await lane.EnterAsync(default);
        var waiting = Enumerable.Range(0, 50).Select(_ => lane.EnterAsync(default)).ToList();
        Assert.Equal(50, lane.Describe().Waiting);

        var served = new List<int>();
        first.Dispose();
        second.Dispose();
        for (var turn = 0; turn < waiting.Count; turn++)
        {
            var holder = await waiting[turn];
            served.Add(turn);
            Assert.True(lane.Describe().Active <= 2);
            Assert.Equal(turn + 2 < waiting.Count, waiting.Count > turn + 2 && !waiting[turn + 2].IsCompleted);
            holder.Dispose();
        }

        Assert.Equal(50, served.Count);
        Assert.Equal((0, 0), (lane.Describe().Waiting, lane.Describe().Active));
    }

    [Fact]
    public async Task Who_gives_up_waiting_leaves_no_gap()
    {
        var lane = new HubLane("hub", width: 1, _clock);
        var holder = await lane.EnterAsync(default);
        using var impatience = new CancellationTokenSource();
        var impatient = lane.EnterAsync(impatience.Token);
        var patient = lane.EnterAsync(default);

        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        holder.Dispose();

        using var turn = await patient;
        Assert.Equal((0, 1), (lane.Describe().Waiting, lane.Describe().Active));
    }

    [Theory]
    [InlineData(100, 1000)]
    [InlineData(1.6667, 100)]
    [InlineData(0.1, 5)]
    public async Task Calls_keep_to_the_configured_rate(double rate, int calls)
    {
        var clock = new ManualTimeProvider(Start, skipsWaits: true);
        var lane = new HubLane("hub", width: 1, clock);
        lane.Configure(width: 1, rate);
        for (var call = 0; call < calls; call++) await lane.PaceAsync(default);

        // The first calls may use what was left unused before: a second. Waits are whole milliseconds, never shorter.
        var elapsed = (clock.GetUtcNow() - Start).TotalSeconds;
        Assert.InRange(elapsed, ((calls - 1) / rate) - 1, ((calls - 1) / rate) + 0.002);
    }

    [Fact]
    public async Task Without_limit_calls_do_not_wait()
    {
        var lane = new HubLane("hub", width: 1, _clock);
        for (var call = 0; call < 1000; call++) Assert.True(lane.PaceAsync(default).IsCompleted);
        await lane.PaceAsync(default);
    }

    [Fact]
    public async Task Throttling_pauses_the_lane_as_long_as_the_hub_asks_and_teaches_a_rate()
    {
        var lane = new HubLane("hub", width: 1, _clock);
        for (var call = 0; call < 100; call++)
        {
            await lane.PaceAsync(default);
            _clock.Advance(TimeSpan.FromMilliseconds(10));
        }

        lane.Failed(Throttled(TimeSpan.FromSeconds(5)));
        var next = lane.PaceAsync(default);
        _clock.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(next.IsCompleted);
        Assert.Equal(HubHealthState.Throttled, lane.Describe().State);
        Assert.Equal(Start.AddSeconds(6), lane.Describe().PausedUntilUtc);

        _clock.Advance(TimeSpan.FromSeconds(0.2));
        await next;

        // A hundred calls in a second were too many: nine tenths of that.
        Assert.InRange(lane.Describe().CallsPerSecond!.Value, 89, 91);
    }

    [Fact]
    public void Without_a_wish_of_the_hub_the_pause_is_ten_seconds()
    {
        var lane = new HubLane("hub", width: 1, _clock);
        lane.Failed(Throttled(retryAfter: null));
        Assert.Equal(Start.AddSeconds(10), lane.Describe().PausedUntilUtc);
    }

    [Fact]
    public async Task What_throttling_taught_wears_off()
    {
        var lane = new HubLane("hub", width: 1, _clock);
        lane.Configure(width: 1, callsPerSecond: 10);
        await lane.PaceAsync(default);
        _clock.Advance(TimeSpan.FromSeconds(1));
        lane.Failed(Throttled(TimeSpan.FromSeconds(1)));
        Assert.True(lane.Describe().CallsPerSecond < 1);

        _clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(10, lane.Describe().CallsPerSecond);
        Assert.NotEqual(HubHealthState.Throttled, lane.Describe().State);
    }

    [Fact]
    public void Health_tells_the_latest_success_and_failure()
    {
        var lane = new HubLane("hub", width: 1, _clock);
        Assert.Equal(HubHealthState.Unknown, lane.Describe().State);

        lane.Answered(TimeSpan.FromMilliseconds(20));
        Assert.Equal((HubHealthState.Healthy, Start, TimeSpan.FromMilliseconds(20)),
            (lane.Describe().State, lane.Describe().LastSuccessUtc, lane.Describe().Latency));

        _clock.Advance(TimeSpan.FromSeconds(1));
        lane.Failed(new HubCallException(503001, "gone", isTransient: true));
        var health = lane.Describe();
        Assert.Equal((HubHealthState.Failing, Start.AddSeconds(1), "gone"), (health.State, health.LastFailureUtc, health.LastFailure));
    }

    private static HubCallException Throttled(TimeSpan? retryAfter) => new(429001, "slow down", isTransient: true, retryAfter);
}
