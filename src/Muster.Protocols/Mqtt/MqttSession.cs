using System.Buffers;
using System.IO.Pipelines;

namespace Muster.Protocols.Mqtt;

/// <summary>
/// One MQTT 3.1.1 connection seen from the server, over any pair of pipes. It knows packets, order and time; what messages mean is the
/// handler's business. Nothing that a client sends makes it throw.
/// </summary>
public sealed partial class MqttSession : IDisposable
{
    private readonly IDuplexPipe _transport;
    private readonly IMqttSessionHandler _handler;
    private readonly MqttLimits _limits;
    private readonly TimeProvider _clock;
    private readonly MqttMetrics? _metrics;
    private readonly bool _flushesEachPacket;
    private readonly CancellationTokenSource _closed = new();
    private readonly Lock _closing = new();
    private readonly MqttPacketIds _ids;
    private bool _isConnected;
    private ushort _owedAcknowledgement;
    private MqttEnd? _end;

    /// <summary>Makes a session; <see cref="RunAsync"/> starts it.</summary>
    /// <param name="transport">The connection.</param>
    /// <param name="handler">The application.</param>
    /// <param name="limits">What the client may do.</param>
    /// <param name="clock">The clock of all time-outs.</param>
    /// <param name="metrics">Counts packets; null counts nothing.</param>
    /// <param name="flushesEachPacket">Whether each packet is flushed by itself, as transports need that make a frame of each flush.</param>
    public MqttSession(
        IDuplexPipe transport,
        IMqttSessionHandler handler,
        MqttLimits limits,
        TimeProvider clock,
        MqttMetrics? metrics = null,
        bool flushesEachPacket = false)
    {
        _transport = transport;
        _handler = handler;
        _limits = limits;
        _clock = clock;
        _metrics = metrics;
        _flushesEachPacket = flushesEachPacket;
        Closed = _closed.Token;
        _ids = new MqttPacketIds(limits.MaxUnacknowledged);
        _idleTimeout = limits.IdleTimeout;
        _lastPacket = _lastRequest = clock.GetTimestamp();
    }

    /// <summary>Cancelled when the session ends, so that work for it can stop.</summary>
    public CancellationToken Closed { get; }

    /// <summary>Serves the connection until it ends.</summary>
    /// <param name="stopping">Announces that the server stops: what is owed is still written, then the session ends.</param>
    /// <returns>How it ended. No exception leaves a session.</returns>
    public async Task<MqttEnd> RunAsync(CancellationToken stopping)
    {
        StartTimer();
        try
        {
            await using var onStop = stopping.UnsafeRegister(
                static state => ((MqttSession)state!).End(MqttEndReason.ServerStopping, "The server stops."), this);
            await ReadAsync();
            if (_end is { Reason: MqttEndReason.ServerStopping }) await _handler.DrainAsync(this);
        }
        catch (InvalidDataException problem)
        {
            TrySetEnd(new MqttEnd(MqttEndReason.MalformedPacket, problem.Message));
        }
        catch (Exception problem) when (problem is IOException or OperationCanceledException or ObjectDisposedException)
        {
            TrySetEnd(new MqttEnd(MqttEndReason.TransportFailed, "The connection broke.") { Exception = problem });
        }
        catch (Exception problem)
        {
            TrySetEnd(new MqttEnd(MqttEndReason.ServerFault, "The session failed.") { Exception = problem });
        }

        var end = _end ?? new MqttEnd(MqttEndReason.ClientClosed, "The client closed the connection without DISCONNECT.");
        return await CloseAsync(end);
    }

    /// <summary>Ends the session from any thread. Only the first call counts.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="detail">A sentence for a technician. No secrets.</param>
    public void End(MqttEndReason reason, string detail)
    {
        if (!TrySetEnd(new MqttEnd(reason, detail))) return;
        lock (_closing)
        {
            if (_isClosed) return;
            _transport.Input.CancelPendingRead();

            // A client that reads nothing must not hold the session; only what a stopping server owes may still take its time.
            if (reason != MqttEndReason.ServerStopping) _transport.Output.CancelPendingFlush();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The write lock stays usable: an answer that comes too late must find a closed session, not a disposed lock.
        StopTimer();
        _closed.Dispose();
    }

    private async Task ReadAsync()
    {
        var input = _transport.Input;
        while (_end is null)
        {
            var result = await input.ReadAsync();
            if (result.IsCanceled || _end is not null) break;
            _lastPacket = _clock.GetTimestamp();

            var rest = result.Buffer;
            while (_end is null)
            {
                if (MqttFrameReader.TryRead(ref rest, _isConnected, _limits, out var frame, out var problem))
                {
                    await HandleAsync(frame);
                    continue;
                }

                if (problem is not null) TrySetEnd(problem);
                break;
            }

            await FlushAsync();
            input.AdvanceTo(rest.Start, rest.End);
            if (result.IsCompleted) break;
        }
    }

    private async ValueTask HandleAsync(MqttFrame frame)
    {
        _metrics?.Received(frame.Type);
        if (frame.Type != MqttPacketType.PingReq) _lastRequest = _lastPacket;
        switch (frame.Type)
        {
            case MqttPacketType.Connect:
                await ConnectAsync(frame.Body);
                break;
            case MqttPacketType.Publish:
                await PublishAsync(frame);
                break;
            case MqttPacketType.PubAck:
                Acknowledged(MqttPacketReader.ReadPacketId(frame.Body));
                break;
            case MqttPacketType.Subscribe:
                await SubscribeAsync(frame.Body);
                break;
            case MqttPacketType.Unsubscribe:
                await UnsubscribeAsync(frame.Body);
                break;
            case MqttPacketType.PingReq:
                await WriteAsync(MqttPacketType.PingResp, MqttPacketWriter.WritePingResp);
                break;
            case MqttPacketType.Disconnect:
                TrySetEnd(new MqttEnd(MqttEndReason.ClientDisconnected, "The client sent DISCONNECT."));
                break;
            default:
                TrySetEnd(new MqttEnd(MqttEndReason.UnsupportedQos, $"{frame.Type}: QoS 2 is not supported."));
                break;
        }
    }

    private async ValueTask ConnectAsync(ReadOnlySequence<byte> body)
    {
        if (MqttPacketReader.ReadConnect(body, out var connect, out var level) is { } problem)
        {
            Malformed(problem);
            return;
        }

        if (connect is null)
        {
            // A later version may put anything behind its level, so this is all that can be said (MQTT-3.1.2-2).
            await RefuseAsync(MqttConnectCode.UnacceptableProtocolVersion, $"Protocol level {level}; only MQTT 3.1.1, level 4, is spoken.");
            return;
        }

        var code = await _handler.OnConnectAsync(this, connect, Closed);
        if (code != MqttConnectCode.Accepted)
        {
            await RefuseAsync(code, $"CONNECT was answered with return code {(int)code}, {code}.");
            return;
        }

        _keepAlive = TimeSpan.FromSeconds(connect.KeepAliveSeconds * 1.5);
        _isConnected = true;
        RestartTimer();
        await WriteAsync(MqttPacketType.ConnAck, static output => MqttPacketWriter.WriteConnAck(output, MqttConnectCode.Accepted));
    }

    private async ValueTask RefuseAsync(MqttConnectCode code, string detail)
    {
        await WriteAsync(MqttPacketType.ConnAck, output => MqttPacketWriter.WriteConnAck(output, code));
        await FlushAsync();
        TrySetEnd(new MqttEnd(MqttEndReason.ConnectRefused, detail));
    }

    private async ValueTask PublishAsync(MqttFrame frame)
    {
        if (MqttPacketReader.ReadPublish(frame, out var publish) is { } problem)
        {
            Malformed(problem);
            return;
        }

        if (publish.Qos == MqttQos.ExactlyOnce)
        {
            TrySetEnd(new MqttEnd(MqttEndReason.UnsupportedQos, "A PUBLISH of QoS 2; QoS 0 and 1 are supported."));
            return;
        }

        _owedAcknowledgement = publish.PacketId;
        var isKnown = publish.Qos == MqttQos.AtLeastOnce && _ids.Receive(publish.PacketId);
        if (!isKnown || !publish.IsDuplicate) await _handler.OnPublishAsync(this, publish, Closed);
        if (_end is null) await AcknowledgeAsync();
    }

    private async ValueTask SubscribeAsync(ReadOnlySequence<byte> body)
    {
        if (MqttPacketReader.ReadSubscribe(body, _limits, out var packetId, out var subscriptions) is { } problem)
        {
            Malformed(problem);
            return;
        }

        var codes = new byte[subscriptions.Count];
        for (var index = 0; index < codes.Length; index++)
        {
            codes[index] = _handler.OnSubscribe(this, subscriptions[index]) is { } granted
                ? (byte)granted
                : MqttPacketWriter.SubscriptionRefused;
        }

        await WriteAsync(MqttPacketType.SubAck, output => MqttPacketWriter.WriteSubAck(output, packetId, codes));
    }

    private async ValueTask UnsubscribeAsync(ReadOnlySequence<byte> body)
    {
        if (MqttPacketReader.ReadUnsubscribe(body, _limits, out var packetId, out var filters) is { } problem)
        {
            Malformed(problem);
            return;
        }

        foreach (var filter in filters) _handler.OnUnsubscribe(this, filter);
        await WriteAsync(MqttPacketType.UnsubAck, output => MqttPacketWriter.WriteUnsubAck(output, packetId));
    }

    private void Acknowledged(ushort packetId)
    {
        bool isAwaited;
        lock (_ids) isAwaited = _ids.Acknowledge(packetId);
        if (isAwaited) _handler.OnAcknowledged(this, packetId);
    }

    private void Malformed(string problem) => TrySetEnd(new MqttEnd(MqttEndReason.MalformedPacket, problem));

    private bool TrySetEnd(MqttEnd end) => Interlocked.CompareExchange(ref _end, end, null) is null;

    private async Task<MqttEnd> CloseAsync(MqttEnd end)
    {
        StopTimer();
        lock (_closing) _isClosed = true;
        await _closed.CancelAsync();
        try
        {
            await _handler.OnClosedAsync(this, end);
        }
        catch (Exception problem)
        {
            // The session is over; its handler's last word must not break the listener.
            end = end with { Exception = end.Exception ?? problem };
        }

        _metrics?.Ended(end.Reason);
        return end;
    }
}
