using System.Buffers;
using System.IO.Pipelines;
using System.Net.WebSockets;
using Muster.Protocols.WebSockets;

namespace Muster.Protocols.Tests.WebSockets;

/// <summary>A WebSocket as two pipes (device-protocols 3.7).</summary>
public sealed class WebSocketPipeTests : IAsyncDisposable
{
    private static readonly WebSocketCreationOptions ServerSide = new() { IsServer = true, KeepAliveInterval = Timeout.InfiniteTimeSpan };

    private readonly Pipe _toServer = new();
    private readonly Pipe _toClient = new();
    private readonly WebSocket _client;
    private readonly WebSocketPipe _pipe;

    public WebSocketPipeTests()
    {
        var server = WebSocket.CreateFromStream(new DuplexStream(_toServer.Reader, _toClient.Writer), ServerSide);
        _client = WebSocket.CreateFromStream(
            new DuplexStream(_toClient.Reader, _toServer.Writer), new WebSocketCreationOptions { KeepAliveInterval = Timeout.InfiniteTimeSpan });
        _pipe = new WebSocketPipe(server, TimeProvider.System);
    }

    [Fact]
    public async Task Frames_become_one_stream_whatever_their_borders()
    {
        await SendAsync([1, 2], isWhole: true);
        await SendAsync([], isWhole: true);
        await SendAsync([3], isWhole: false);
        await SendAsync([4, 5], isWhole: true);

        var read = await _pipe.Input.ReadAtLeastAsync(5);

        Assert.Equal([1, 2, 3, 4, 5], read.Buffer.ToArray());
    }

    [Fact]
    public async Task Each_flush_becomes_one_binary_frame()
    {
        _pipe.Output.Write((byte[])[1, 2, 3]);
        _pipe.Output.Write(new byte[5000]);
        await _pipe.Output.FlushAsync();
        await _pipe.Output.FlushAsync();
        _pipe.Output.Write((byte[])[9]);
        await _pipe.Output.FlushAsync();

        Assert.Equal((5003, WebSocketMessageType.Binary), await ReceiveAsync());
        Assert.Equal((1, WebSocketMessageType.Binary), await ReceiveAsync());
    }

    [Fact]
    public async Task Text_frame_is_told_to_the_reader()
    {
        await _client.SendAsync("{}"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

        await Assert.ThrowsAsync<InvalidDataException>(ReadToEndAsync);
    }

    [Fact]
    public async Task Close_frame_ends_the_stream_and_is_answered()
    {
        await SendAsync([7], isWhole: true);
        await _client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);

        Assert.Equal([7], await ReadToEndAsync());
        await _pipe.CloseAsync(WebSocketCloseStatus.NormalClosure, isGraceful: true);
        Assert.Equal((0, WebSocketMessageType.Close), await ReceiveAsync());
    }

    [Theory]
    [InlineData("8880" + "00000000")]
    [InlineData("8882" + "00000000" + "03e8")]
    [InlineData("8884" + "00000000" + "31303030")]
    [InlineData("8881" + "00000000" + "03")]
    [InlineData("")]
    public async Task End_of_any_form_is_an_end_and_no_error(string frame)
    {
        await SendAsync([7], isWhole: true);
        await _toServer.Writer.WriteAsync(Convert.FromHexString(frame));
        if (frame.Length == 0) await _toServer.Writer.CompleteAsync();

        Assert.Equal([7], await ReadToEndAsync());
        await _pipe.CloseAsync(WebSocketCloseStatus.NormalClosure, isGraceful: true);
    }

    [Fact]
    public async Task Reader_that_stops_waiting_leaves_the_socket_open()
    {
        var waiting = _pipe.Input.ReadAsync();
        _pipe.Input.CancelPendingRead();
        Assert.True((await waiting).IsCanceled);

        _pipe.Output.Write((byte[])[1]);
        await _pipe.Output.FlushAsync();

        Assert.Equal((1, WebSocketMessageType.Binary), await ReceiveAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await _toServer.Writer.CompleteAsync();
        await _pipe.DisposeAsync();
        _client.Dispose();
    }

    private Task SendAsync(byte[] bytes, bool isWhole) => _client.SendAsync(bytes, WebSocketMessageType.Binary, isWhole, CancellationToken.None);

    private async Task<(int Length, WebSocketMessageType Type)> ReceiveAsync()
    {
        var buffer = new byte[8192];
        var length = 0;
        while (true)
        {
            var received = await _client.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
            length += received.Count;
            if (received.EndOfMessage) return (length, received.MessageType);
        }
    }

    private async Task<byte[]> ReadToEndAsync()
    {
        using var all = new MemoryStream();
        await _pipe.Input.CopyToAsync(all);
        return all.ToArray();
    }

    /// <summary>Two pipes as the stream that a WebSocket stands on.</summary>
    private sealed class DuplexStream(PipeReader reader, PipeWriter writer) : Stream
    {
        private readonly Stream _reading = reader.AsStream();
        private readonly Stream _writing = writer.AsStream();

        public override bool CanRead => true;

        public override bool CanWrite => true;

        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            _reading.ReadAsync(buffer, cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            _writing.WriteAsync(buffer, cancellationToken);

        public override Task FlushAsync(CancellationToken cancellationToken) => _writing.FlushAsync(cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => _reading.Read(buffer, offset, count);

        public override void Write(byte[] buffer, int offset, int count) => _writing.Write(buffer, offset, count);

        public override void Flush() => _writing.Flush();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
