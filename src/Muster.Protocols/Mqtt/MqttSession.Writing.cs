using System.Buffers;

namespace Muster.Protocols.Mqtt;

/// <content>The way out: packets of all threads one after another.</content>
public sealed partial class MqttSession
{
    private readonly SemaphoreSlim _writing = new(1, 1);
    private bool _hasUnflushed;
    private volatile bool _isClosed;

    /// <summary>
    /// Acknowledges the message that the handler is being called with, if it is of QoS 1 and not acknowledged yet. Whatever is
    /// published after this call's task ended is sent after the acknowledgement.
    /// </summary>
    public async ValueTask AcknowledgeAsync()
    {
        var packetId = _owedAcknowledgement;
        if (packetId == 0) return;
        _owedAcknowledgement = 0;
        await WriteAsync(MqttPacketType.PubAck, output => MqttPacketWriter.WritePubAck(output, packetId));
    }

    /// <summary>Sends a message to the client, from any thread.</summary>
    /// <param name="topic">Topic.</param>
    /// <param name="payload">Body.</param>
    /// <param name="qos">QoS 0 or 1.</param>
    /// <returns>The packet ID, 0 for QoS 0; null when the session has ended and nothing was sent.</returns>
    public async ValueTask<ushort?> PublishAsync(string topic, ReadOnlyMemory<byte> payload, MqttQos qos)
    {
        ArgumentOutOfRangeException.ThrowIfEqual((int)qos, (int)MqttQos.ExactlyOnce, nameof(qos));
        ushort packetId = 0;
        if (qos == MqttQos.AtLeastOnce)
        {
            lock (_ids) packetId = _ids.Next();
        }

        var isWritten = await WriteAsync(
            MqttPacketType.Publish, output => MqttPacketWriter.WritePublish(output, topic, payload.Span, packetId), flush: true);
        return isWritten ? packetId : null;
    }

    private async ValueTask<bool> WriteAsync(MqttPacketType type, Action<IBufferWriter<byte>> write, bool flush = false)
    {
        await _writing.WaitAsync();
        try
        {
            if (_isClosed) return false;
            write(_transport.Output);
            _metrics?.Sent(type);
            _hasUnflushed = true;
            if (flush || _flushesEachPacket) await FlushLockedAsync();
            return true;
        }
        catch (Exception problem) when (problem is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            End(MqttEndReason.TransportFailed, "The connection broke while a packet was written.");
            return false;
        }
        finally
        {
            _writing.Release();
        }
    }

    private async ValueTask FlushAsync()
    {
        await _writing.WaitAsync();
        try
        {
            await FlushLockedAsync();
        }
        finally
        {
            _writing.Release();
        }
    }

    private async ValueTask FlushLockedAsync()
    {
        if (!_hasUnflushed) return;
        _hasUnflushed = false;
        var result = await _transport.Output.FlushAsync();
        if (result.IsCompleted) TrySetEnd(new MqttEnd(MqttEndReason.ClientClosed, "The client no longer reads."));
    }
}
