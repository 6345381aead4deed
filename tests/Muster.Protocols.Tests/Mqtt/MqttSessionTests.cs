using System.Text;
using Muster.Protocols.Mqtt;

namespace Muster.Protocols.Tests.Mqtt;

/// <summary>Packets in, packets out, in order.</summary>
public sealed class MqttSessionTests
{
    [Theory]
    [InlineData("c0", "80", "", true)]
    [InlineData("c", null, null, false)]
    [InlineData("", "name", null, true)]
    public async Task Connect_is_handed_over_and_answered(string clientId, string? userName, string? password, bool cleanSession)
    {
        using var harness = new SessionHarness();

        var bytes = password is null ? null : Encoding.UTF8.GetBytes(password);
        await harness.SendAsync(ClientPackets.Connect(clientId, userName, bytes, keepAlive: 7, cleanSession));

        Assert.Equal("20020000", harness.Received());
        var connect = harness.Handler.Connect!;
        Assert.Equal((clientId, userName, 7, cleanSession), (connect.ClientId, connect.UserName, connect.KeepAliveSeconds, connect.CleanSession));
        Assert.Equal(password is null ? null : "", connect.Password is { } sent ? Encoding.UTF8.GetString(sent.Span) : null);
    }

    [Fact]
    public async Task Will_is_parsed_and_handed_over()
    {
        using var harness = new SessionHarness();
        byte[] body =
        [
            .. ClientPackets.Text("MQTT"), 4, 0x02 | 0x04 | (1 << 3) | 0x20, 0, 0, .. ClientPackets.Text("c"), .. ClientPackets.Text("w/t"),
            .. ClientPackets.Bytes([1, 2, 3]),
        ];

        await harness.SendAsync(ClientPackets.Packet(0x10, body));

        var will = harness.Handler.Connect!.Will!;
        Assert.Equal(("w/t", MqttQos.AtLeastOnce, true), (will.Topic, will.Qos, will.Retain));
        Assert.Equal([1, 2, 3], will.Payload.ToArray());
    }

    [Theory]
    [InlineData(5, "20020001")]
    [InlineData(3, "20020001")]
    [InlineData(0, "20020001")]
    public async Task Other_protocol_levels_get_return_code_1_and_the_end(int level, string answer)
    {
        using var harness = new SessionHarness();

        // What stands behind the level of MQTT 5 has another form; it must not be read.
        await harness.SendAsync(ClientPackets.Connect("c", level: level));

        Assert.Equal(answer, harness.Received());
        Assert.Equal(MqttEndReason.ConnectRefused, (await harness.Run).Reason);
        Assert.Equal(["closed ConnectRefused"], harness.Handler.Calls);
    }

    [Fact]
    public async Task Old_protocol_name_gets_return_code_1()
    {
        using var harness = new SessionHarness();

        await harness.SendAsync(ClientPackets.Packet(0x10, [.. ClientPackets.Text("MQIsdp"), 3, 2, 0, 0, .. ClientPackets.Text("c")]));

        Assert.Equal("20020001", harness.Received());
        await harness.Run;
    }

    [Theory]
    [InlineData(MqttConnectCode.IdentifierRejected, "20020002")]
    [InlineData(MqttConnectCode.ServerUnavailable, "20020003")]
    [InlineData(MqttConnectCode.BadUserNameOrPassword, "20020004")]
    [InlineData(MqttConnectCode.NotAuthorized, "20020005")]
    public async Task Refused_connect_is_answered_and_ends_the_session(MqttConnectCode code, string answer)
    {
        using var harness = new SessionHarness(new RecordingHandler { OnConnect = (_, _) => code });

        await harness.SendAsync(ClientPackets.Connect("c"));

        Assert.Equal(answer, harness.Received());
        Assert.Equal(MqttEndReason.ConnectRefused, (await harness.Run).Reason);
    }

    [Fact]
    public async Task Subscriptions_are_answered_one_by_one()
    {
        using var harness = await SessionHarness.ConnectedAsync();

        await harness.SendAsync(ClientPackets.Subscribe(0x1234, ("a/#", 0), ("b/+", 1), ("c", 2), ("no/way", 1)));

        Assert.Equal("90061234" + "00010180", harness.Received());
        Assert.Equal(["subscribe a/# 0", "subscribe b/+ 1", "subscribe c 2", "subscribe no/way 1"], harness.Handler.Calls.Skip(1));
    }

    [Fact]
    public async Task Unsubscribe_and_ping_are_answered_and_the_connection_stays()
    {
        using var harness = await SessionHarness.ConnectedAsync();

        await harness.SendAsync(ClientPackets.Unsubscribe(9, "a", "b/#"));
        await harness.SendAsync(ClientPackets.PingReq);

        Assert.Equal("b0020009" + "d000", harness.Received());
        Assert.False(harness.Run.IsCompleted);
    }

    [Fact]
    public async Task Message_of_qos_1_is_acknowledged_before_what_the_handler_publishes_after_it()
    {
        var handler = new RecordingHandler
        {
            OnPublish = async (session, publish) =>
            {
                await session.AcknowledgeAsync();
                await session.PublishAsync("r", "x"u8.ToArray(), MqttQos.AtLeastOnce);
            },
        };
        using var harness = await SessionHarness.ConnectedAsync(handler);

        await harness.SendAsync(ClientPackets.Publish("t", [], qos: 1, packetId: 7));

        Assert.Equal("40020007" + "3206" + "000172" + "0001" + "78", harness.Received());
    }

    [Fact]
    public async Task Message_of_qos_1_is_acknowledged_when_the_handler_is_done_with_it()
    {
        var done = new TaskCompletionSource();
        using var harness = await SessionHarness.ConnectedAsync(new RecordingHandler { OnPublish = (_, _) => new ValueTask(done.Task) });

        await harness.SendAsync(ClientPackets.Publish("t", [], qos: 1, packetId: 7));
        Assert.Equal("", harness.Received());
        done.SetResult();

        Assert.Equal("40020007", harness.Received());
    }

    [Fact]
    public async Task Message_of_qos_0_is_not_acknowledged()
    {
        using var harness = await SessionHarness.ConnectedAsync();

        await harness.SendAsync(ClientPackets.Publish("t", "p"u8.ToArray(), retain: true));

        Assert.Equal("", harness.Received());
        Assert.Equal("publish t 0 0 p", harness.Handler.Calls[^1]);
    }

    [Fact]
    public async Task Repeated_message_is_acknowledged_again_but_not_handed_over_again()
    {
        using var harness = await SessionHarness.ConnectedAsync();

        await harness.SendAsync(ClientPackets.Publish("t", [], qos: 1, packetId: 7));
        await harness.SendAsync(ClientPackets.Publish("t", [], qos: 1, packetId: 7, duplicate: true));
        await harness.SendAsync(ClientPackets.Publish("t", [], qos: 1, packetId: 8, duplicate: true));
        await harness.SendAsync(ClientPackets.Publish("t", [], qos: 1, packetId: 7));

        Assert.Equal("40020007" + "40020007" + "40020008" + "40020007", harness.Received());
        Assert.Equal(["publish t 1 7 ", "publish t 1 8 ", "publish t 1 7 "], harness.Handler.Calls.Skip(1));
    }

    [Fact]
    public async Task Acknowledgements_of_the_client_reach_the_handler_and_strays_do_not()
    {
        using var harness = await SessionHarness.ConnectedAsync();

        var first = await harness.Session.PublishAsync("t", ReadOnlyMemory<byte>.Empty, MqttQos.AtLeastOnce);
        var second = await harness.Session.PublishAsync("t", ReadOnlyMemory<byte>.Empty, MqttQos.AtMostOnce);
        await harness.SendAsync(ClientPackets.PubAck(0));
        await harness.SendAsync(ClientPackets.PubAck(1));
        await harness.SendAsync(ClientPackets.PubAck(1));
        await harness.SendAsync(ClientPackets.PubAck(99));

        Assert.Equal(((ushort?)1, (ushort?)0), (first, second));
        Assert.Equal(["acknowledged 1"], harness.Handler.Calls.Skip(1));
        Assert.False(harness.Run.IsCompleted);
    }

    [Fact]
    public async Task Unacknowledged_messages_are_remembered_up_to_the_limit()
    {
        using var harness = await SessionHarness.ConnectedAsync(limits: new MqttLimits { MaxUnacknowledged = 2 });

        for (var count = 0; count < 3; count++) await harness.Session.PublishAsync("t", ReadOnlyMemory<byte>.Empty, MqttQos.AtLeastOnce);
        foreach (ushort packetId in (ushort[])[1, 2, 3]) await harness.SendAsync(ClientPackets.PubAck(packetId));

        Assert.Equal(["acknowledged 2", "acknowledged 3"], harness.Handler.Calls.Skip(1));
    }

    [Fact]
    public async Task Packet_ids_wrap_around_past_zero_and_past_those_in_use()
    {
        using var harness = await SessionHarness.ConnectedAsync(limits: new MqttLimits { MaxUnacknowledged = 1 << 20 });
        await harness.Session.PublishAsync("t", ReadOnlyMemory<byte>.Empty, MqttQos.AtLeastOnce);

        ushort? last = null;
        for (var count = 2; count <= ushort.MaxValue + 1; count++)
        {
            last = await harness.Session.PublishAsync("t", ReadOnlyMemory<byte>.Empty, MqttQos.AtLeastOnce);
            await harness.SendAsync(ClientPackets.PubAck((ushort)(last ?? 0)));
        }

        Assert.Equal((ushort)2, last);
    }

    [Fact]
    public async Task Disconnect_ends_the_session_and_what_follows_is_not_read()
    {
        using var harness = await SessionHarness.ConnectedAsync();

        await harness.SendAsync((byte[])[.. ClientPackets.Disconnect, .. ClientPackets.Publish("t", [])]);

        Assert.Equal(MqttEndReason.ClientDisconnected, (await harness.Run).Reason);
        Assert.DoesNotContain(harness.Handler.Calls, call => call.StartsWith("publish", StringComparison.Ordinal));
        Assert.Null(await harness.Session.PublishAsync("t", ReadOnlyMemory<byte>.Empty, MqttQos.AtMostOnce));
    }

    [Fact]
    public async Task Closed_connection_ends_the_session()
    {
        using var harness = await SessionHarness.ConnectedAsync();

        Assert.Equal(MqttEndReason.ClientClosed, (await harness.CloseAsync()).Reason);
        Assert.True(harness.Session.Closed.IsCancellationRequested);
    }

    [Fact]
    public async Task Newer_session_of_a_client_takes_over()
    {
        var registry = new MqttSessionRegistry();
        using var older = await SessionHarness.ConnectedAsync();
        using var newer = await SessionHarness.ConnectedAsync();

        registry.Claim("Dev", older.Session);
        registry.Claim("dev", newer.Session);
        registry.Release("dev", older.Session);

        Assert.Equal(MqttEndReason.TakenOver, (await older.Run).Reason);
        Assert.Same(newer.Session, registry.Find("DEV"));
        registry.Release("dev", newer.Session);
        Assert.Null(registry.Find("dev"));
    }

    [Fact]
    public async Task Stopping_server_reads_no_more_but_writes_what_it_owes()
    {
        var owed = new TaskCompletionSource();
        using var harness = await SessionHarness.ConnectedAsync(new RecordingHandler
        {
            OnDrain = async session =>
            {
                await owed.Task;
                await session.PublishAsync("r", ReadOnlyMemory<byte>.Empty, MqttQos.AtMostOnce);
            },
        });

        harness.Stop();
        await harness.SendAsync(ClientPackets.PingReq);
        Assert.False(harness.Run.IsCompleted);
        owed.SetResult();

        Assert.Equal(MqttEndReason.ServerStopping, (await harness.Run).Reason);
        Assert.Equal("3003000172", harness.Received());
    }

    [Fact]
    public async Task Fault_of_the_handler_ends_the_session_and_is_told()
    {
        using var harness = await SessionHarness.ConnectedAsync(new RecordingHandler { OnPublish = (_, _) => throw new NotSupportedException() });

        await harness.SendAsync(ClientPackets.Publish("t", []));

        var end = await harness.Run;
        Assert.Equal(MqttEndReason.ServerFault, end.Reason);
        Assert.IsType<NotSupportedException>(end.Exception);
    }

    [Fact]
    public async Task Refused_message_is_not_acknowledged()
    {
        using var harness = await SessionHarness.ConnectedAsync(new RecordingHandler
        {
            OnPublish = (session, _) =>
            {
                session.End(MqttEndReason.MessageRefused, "no");
                return ValueTask.CompletedTask;
            },
        });

        await harness.SendAsync(ClientPackets.Publish("t", [], qos: 1, packetId: 1));

        Assert.Equal(MqttEndReason.MessageRefused, (await harness.Run).Reason);
        Assert.Equal("", harness.Received());
    }
}
