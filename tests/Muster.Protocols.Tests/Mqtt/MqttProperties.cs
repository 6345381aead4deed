using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Muster.Protocols.Mqtt;

namespace Muster.Protocols.Tests.Mqtt;

/// <summary>What holds for all byte streams.</summary>
public sealed class MqttProperties
{
    private static readonly Gen<string> Texts = Gen.Elements("a", "ab/c", "$dps/registrations/res/", "ü", "\U0001F600/x", new string('x', 300));

    private static readonly Gen<byte[]> Packets = Gen.OneOf(
        from topic in Texts
        from payload in Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf()
        from qos in Gen.Choose(0, 1)
        from packetId in Gen.Choose(1, ushort.MaxValue)
        select ClientPackets.Publish(topic, payload, qos, (ushort)packetId),
        from filter in Texts
        from qos in Gen.Choose(0, 2)
        from packetId in Gen.Choose(1, ushort.MaxValue)
        select ClientPackets.Subscribe((ushort)packetId, (filter, qos), (filter + "/#", qos)),
        from filter in Texts
        from packetId in Gen.Choose(1, ushort.MaxValue)
        select ClientPackets.Unsubscribe((ushort)packetId, filter),
        from packetId in Gen.Choose(0, ushort.MaxValue)
        select ClientPackets.PubAck((ushort)packetId),
        Gen.Constant(ClientPackets.PingReq));

    /// <summary>A CONNECT, some packets, sometimes a DISCONNECT.</summary>
    private static readonly Gen<byte[]> Streams =
        from clientId in Texts
        from userName in Texts
        from password in Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf()
        from packets in Packets.ListOf()
        from ends in Gen.Elements(true, false)
        select (byte[])[.. ClientPackets.Connect(clientId, userName, password), .. packets.SelectMany(packet => packet), .. ends ? ClientPackets.Disconnect : []];

    [Fact]
    public void Any_split_of_a_stream_means_the_same() => Prop.ForAll(
        Arb.From(
            from stream in Streams
            from cuts in Gen.Choose(0, stream.Length).ArrayOf()
            select (stream, cuts)),
        pair => Assert.Equal(Play(pair.stream), Play(pair.stream, [.. pair.cuts.Order()]))).QuickCheckThrowOnFailure();

    [Fact]
    public void Packet_in_segments_of_any_size_is_read_as_in_one() => Prop.ForAll(
        Arb.From(
            from stream in Streams
            from size in Gen.Choose(1, 9)
            select (stream, size)),
        pair => Assert.Equal(Read(new ReadOnlySequence<byte>(pair.stream)), Read(Segments(pair.stream, pair.size)))).QuickCheckThrowOnFailure();

    [Fact]
    public void Random_bytes_end_a_session_or_wait_for_more() => Prop.ForAll(
        Arb.From(Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf()),
        bytes =>
        {
            Survive(bytes);
            Survive([.. ClientPackets.Connect("c"), .. bytes]);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Mutated_streams_end_a_session_or_wait_for_more() => Prop.ForAll(
        Arb.From(
            from stream in Streams
            from changes in (from at in Gen.Choose(0, stream.Length - 1) from value in Gen.Choose(0, 255) select (at, value)).ListOf()
            select (stream, changes)),
        pair =>
        {
            var mutated = (byte[])pair.stream.Clone();
            foreach (var (at, value) in pair.changes) mutated[at] = (byte)value;
            Survive(mutated);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void No_more_than_a_packet_of_the_limit_is_ever_waited_for() => Prop.ForAll(
        Arb.From(
            from first in Gen.Choose(0, 255)
            from length in Gen.Choose(0, 268_435_455)
            from isConnected in Gen.Elements(true, false)
            select (first: (byte)first, length, isConnected)),
        given =>
        {
            var limits = new MqttLimits();
            var buffer = new ReadOnlySequence<byte>([given.first, .. ClientPackets.Length(given.length)]);
            MqttFrameReader.TryRead(ref buffer, given.isConnected, limits, out _, out var problem);
            Assert.True(problem is not null || given.length <= limits.MaxPacketBytes);
        }).QuickCheckThrowOnFailure();

    /// <summary>Plays a stream to a session, cut at the given places, and tells all that happened.</summary>
    private static string Play(byte[] stream, params int[] cuts)
    {
        using var harness = new SessionHarness();
        var from = 0;
        foreach (var cut in cuts)
        {
            Send(harness, stream.AsMemory(from..cut));
            from = cut;
        }

        Send(harness, stream.AsMemory(from..));
        var end = harness.CloseAsync();
        Assert.True(end.IsCompleted);
        return string.Join('\n', harness.Handler.Calls) + "\n" + harness.Received() + "\n" + end.Result.Reason;
    }

    private static void Survive(byte[] stream)
    {
        using var harness = new SessionHarness();
        Send(harness, stream);
        var end = harness.CloseAsync();
        Assert.True(end.IsCompletedSuccessfully);
        Assert.NotEqual(MqttEndReason.ServerFault, end.Result.Reason);
        Assert.Equal("closed " + end.Result.Reason, harness.Handler.Calls[^1]);
    }

    private static void Send(SessionHarness harness, ReadOnlyMemory<byte> bytes) => Assert.True(harness.SendAsync(bytes).IsCompletedSuccessfully);

    /// <summary>Every packet of a stream, in words.</summary>
    private static string Read(ReadOnlySequence<byte> stream)
    {
        var limits = new MqttLimits();
        var text = new StringBuilder();
        var isConnected = false;
        while (MqttFrameReader.TryRead(ref stream, isConnected, limits, out var frame, out var problem))
        {
            Assert.Null(problem);
            isConnected = true;
            text.Append(frame.Type).Append(' ').Append(frame.Flags).Append(' ').Append(Describe(frame, limits)).Append('\n');
        }

        Assert.True(stream.IsEmpty);
        return text.ToString();
    }

    private static string Describe(MqttFrame frame, MqttLimits limits)
    {
        switch (frame.Type)
        {
            case MqttPacketType.Connect:
                Assert.Null(MqttPacketReader.ReadConnect(frame.Body, out var connect, out _));
                return $"{connect!.ClientId} {connect.UserName} {Convert.ToHexString(connect.Password!.Value.Span)}";
            case MqttPacketType.Publish:
                Assert.Null(MqttPacketReader.ReadPublish(frame, out var publish));
                return $"{publish.Topic} {publish.PacketId} {Convert.ToHexString(publish.Payload.ToArray())}";
            case MqttPacketType.Subscribe:
                Assert.Null(MqttPacketReader.ReadSubscribe(frame.Body, limits, out var packetId, out var subscriptions));
                return $"{packetId} {string.Join(',', subscriptions)}";
            case MqttPacketType.Unsubscribe:
                Assert.Null(MqttPacketReader.ReadUnsubscribe(frame.Body, limits, out packetId, out var filters));
                return $"{packetId} {string.Join(',', filters)}";
            default:
                return Convert.ToHexString(frame.Body.ToArray());
        }
    }

    private static ReadOnlySequence<byte> Segments(byte[] bytes, int size)
    {
        var first = new Segment(bytes.AsMemory(0, Math.Min(size, bytes.Length)), 0);
        var last = first;
        for (var at = size; at < bytes.Length; at += size) last = last.Append(bytes.AsMemory(at, Math.Min(size, bytes.Length - at)));
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index)
        {
            Memory = memory;
            RunningIndex = index;
        }

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
