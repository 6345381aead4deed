using System.IO.Pipelines;
using System.Net.WebSockets;

namespace Muster.Protocols.WebSockets;

/// <summary>
/// A WebSocket as a pair of pipes. Incoming binary frames become one stream of bytes, whatever their borders; each flush of the output
/// becomes one binary frame (device-protocols 3.7).
/// </summary>
public sealed class WebSocketPipe : IDuplexPipe, IAsyncDisposable
{
    private const int ReadBytes = 4096;

    /// <summary>How long the other side may take to answer a close frame.</summary>
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    private readonly WebSocket _socket;
    private readonly TimeProvider _clock;
    private readonly Pipe _input = new(new PipeOptions(useSynchronizationContext: false));
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _pump;

    /// <summary>Takes over an open WebSocket and begins to read from it.</summary>
    public WebSocketPipe(WebSocket socket, TimeProvider clock)
    {
        _socket = socket;
        _clock = clock;
        Output = new WebSocketPipeWriter(socket);
        _pump = PumpAsync(_stopping.Token);
    }

    /// <summary>What the other side sends. It ends with the connection; an <see cref="InvalidDataException"/> tells of a text frame.</summary>
    public PipeReader Input => _input.Reader;

    /// <summary>What the other side gets.</summary>
    public PipeWriter Output { get; }

    /// <summary>Says goodbye, waits a moment for the answer, and cuts the connection if none comes.</summary>
    /// <param name="status">The status of the close frame.</param>
    /// <param name="isGraceful">False cuts the connection at once.</param>
    public async Task CloseAsync(WebSocketCloseStatus status, bool isGraceful)
    {
        if (isGraceful && _socket.State is (WebSocketState.Open or WebSocketState.CloseReceived))
        {
            try
            {
                using var patience = new CancellationTokenSource(CloseTimeout, _clock);
                await _socket.CloseOutputAsync(status, statusDescription: null, patience.Token);
                await _pump.WaitAsync(patience.Token);
            }
            catch (Exception problem) when (problem is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
            {
                // Many clients close the connection without a close frame (device-protocols 3.7).
            }
        }

        if (_socket.State is not (WebSocketState.Closed or WebSocketState.Aborted)) _socket.Abort();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // The pump may be waiting for a reader that no longer comes.
        await _input.Reader.CompleteAsync();
        await _stopping.CancelAsync();
        await _pump;
        _stopping.Dispose();
    }

    private async Task PumpAsync(CancellationToken stopping)
    {
        Exception? fault = null;
        try
        {
            while (await ReceiveAsync(stopping))
            {
                var flushed = await _input.Writer.FlushAsync(stopping);
                if (flushed.IsCompleted) break;
            }
        }
        catch (InvalidDataException problem)
        {
            fault = problem;
        }
        catch (Exception problem) when (problem is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            // An end without close frame, or with a close frame of an impossible code, as a known client sends (device-protocols 3.7).
        }

        await _input.Writer.CompleteAsync(fault);
    }

    /// <summary>Receives some bytes; false at the end.</summary>
    private async ValueTask<bool> ReceiveAsync(CancellationToken stopping)
    {
        // An idle connection holds no buffer: the first call waits for bytes, the second takes them.
        var waited = await _socket.ReceiveAsync(Memory<byte>.Empty, stopping);
        if (waited.MessageType == WebSocketMessageType.Close) return false;

        var received = await _socket.ReceiveAsync(_input.Writer.GetMemory(ReadBytes), stopping);
        if (received.MessageType == WebSocketMessageType.Close) return false;
        if (received.MessageType == WebSocketMessageType.Text)
            throw new InvalidDataException("A WebSocket text frame; only binary frames carry the protocol.");
        _input.Writer.Advance(received.Count);
        return true;
    }
}
