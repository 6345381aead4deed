using Muster.Protocols.Mqtt;

namespace Muster.Protocols.Tests.Mqtt;

/// <summary>Clients that are not there, or that take their time.</summary>
public sealed class MqttTimeoutTests
{
    [Fact]
    public async Task Connection_without_connect_ends_after_30_seconds()
    {
        using var harness = new SessionHarness();

        harness.Clock.Advance(TimeSpan.FromSeconds(29));
        Assert.False(harness.Run.IsCompleted);
        harness.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(MqttEndReason.ConnectTimeout, (await harness.Run).Reason);
    }

    [Fact]
    public async Task Connect_that_trickles_in_gets_no_more_time()
    {
        using var harness = new SessionHarness();
        var connect = ClientPackets.Connect("c", new string('n', 100));

        for (var sent = 0; sent < 30; sent++)
        {
            await harness.SendAsync(connect.AsMemory(sent, 1));
            harness.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(MqttEndReason.ConnectTimeout, (await harness.Run).Reason);
    }

    [Fact]
    public async Task Silence_of_one_and_a_half_keep_alives_ends_the_session()
    {
        using var harness = await SessionHarness.ConnectedAsync(keepAlive: 60);

        harness.Clock.Advance(TimeSpan.FromSeconds(60));
        await harness.SendAsync(ClientPackets.PingReq);
        harness.Clock.Advance(TimeSpan.FromSeconds(89));
        Assert.False(harness.Run.IsCompleted);
        harness.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(MqttEndReason.KeepAliveTimeout, (await harness.Run).Reason);
    }

    [Fact]
    public async Task Keep_alive_0_allows_silence_up_to_the_idle_time()
    {
        using var harness = await SessionHarness.ConnectedAsync(keepAlive: 0);

        harness.Clock.Advance(TimeSpan.FromMinutes(19));
        Assert.False(harness.Run.IsCompleted);
        harness.Clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(MqttEndReason.IdleTimeout, (await harness.Run).Reason);
    }

    [Fact]
    public async Task Pings_alone_do_not_hold_a_connection_beyond_the_idle_time()
    {
        using var harness = await SessionHarness.ConnectedAsync(keepAlive: 60);

        for (var minute = 0; minute < 20; minute++)
        {
            await harness.SendAsync(ClientPackets.PingReq);
            harness.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(MqttEndReason.IdleTimeout, (await harness.Run).Reason);
    }

    [Fact]
    public async Task Idle_time_can_be_shortened_and_switched_off()
    {
        using var shortened = await SessionHarness.ConnectedAsync();
        using var endless = await SessionHarness.ConnectedAsync();
        shortened.Session.IdleTimeout = TimeSpan.FromMinutes(5);
        endless.Session.IdleTimeout = Timeout.InfiniteTimeSpan;

        shortened.Clock.Advance(TimeSpan.FromMinutes(5));
        endless.Clock.Advance(TimeSpan.FromDays(1));

        Assert.Equal(MqttEndReason.IdleTimeout, (await shortened.Run).Reason);
        Assert.False(endless.Run.IsCompleted);
    }
}
