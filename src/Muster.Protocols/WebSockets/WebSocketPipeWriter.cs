using System.Buffers;
using System.IO.Pipelines;
using System.Net.WebSockets;

namespace Muster.Protocols.WebSockets;

/// <summary>Collects bytes and sends them as one binary frame per flush.</summary>
internal sealed class WebSocketPipeWriter : PipeWriter
{
    private readonly WebSocket _socket;
    private readonly Lock _gate = new();
    private ArrayBufferWriter<byte>? _buffer;
    private CancellationTokenSource? _flushing;
    private bool _isCancelRequested;
    private bool _isCompleted;

    public WebSocketPipeWriter(WebSocket socket) => _socket = socket;

    public override void Advance(int bytes) => Buffer.Advance(bytes);

    public override Memory<byte> GetMemory(int sizeHint = 0) => Buffer.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => Buffer.GetSpan(sizeHint);

    /// <summary>A cancelled flush leaves the WebSocket aborted: half a frame may be on its way.</summary>
    public override void CancelPendingFlush()
    {
        lock (_gate)
        {
            _isCancelRequested = _flushing is null;
            _flushing?.Cancel();
        }
    }

    public override void Complete(Exception? exception = null) => _isCompleted = true;

    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_isCompleted) return new FlushResult(isCanceled: false, isCompleted: true);
        if (_buffer is not { WrittenCount: > 0 } buffer) return default;

        // The buffer goes with the frame: an idle connection holds none.
        _buffer = null;
        using var flushing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        lock (_gate)
        {
            if (_isCancelRequested)
            {
                _isCancelRequested = false;
                return new FlushResult(isCanceled: true, isCompleted: false);
            }

            _flushing = flushing;
        }

        try
        {
            await _socket.SendAsync(buffer.WrittenMemory, WebSocketMessageType.Binary, endOfMessage: true, flushing.Token);
            return default;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new FlushResult(isCanceled: true, isCompleted: false);
        }
        catch (Exception problem) when (problem is WebSocketException or ObjectDisposedException)
        {
            return new FlushResult(isCanceled: false, isCompleted: true);
        }
        finally
        {
            lock (_gate) _flushing = null;
        }
    }

    private ArrayBufferWriter<byte> Buffer => _buffer ??= new ArrayBufferWriter<byte>(512);
}
