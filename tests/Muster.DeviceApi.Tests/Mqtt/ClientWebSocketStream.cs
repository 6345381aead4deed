using System.Buffers.Binary;

namespace Muster.DeviceApi.Tests.Mqtt;

/// <summary>The client's side of a WebSocket, as plain as can be: a write is a masked binary frame, a read runs over frames.</summary>
internal sealed class ClientWebSocketStream(Stream inner) : Stream
{
    private int _left;

    /// <summary>Lengths of the binary frames that came, in order.</summary>
    public List<int> Frames { get; } = [];

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>A frame with the mask 0, which leaves the bytes as they are.</summary>
    public static byte[] Frame(byte first, ReadOnlySpan<byte> payload)
    {
        var header = new byte[4];
        var size = payload.Length < 126 ? 2 : 4;
        header[0] = first;
        header[1] = (byte)(0x80 | (payload.Length < 126 ? payload.Length : 126));
        if (size == 4) BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), (ushort)payload.Length);
        return [.. header.AsSpan(0, size), 0, 0, 0, 0, .. payload];
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        await inner.WriteAsync(Frame(0x82, buffer.Span), cancellationToken);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_left == 0)
        {
            var header = new byte[2];
            if (await inner.ReadAtLeastAsync(header, 2, throwOnEndOfStream: false, cancellationToken) < 2) return 0;
            if (header[0] == 0x88) return 0;
            if (header[0] != 0x82) throw new InvalidDataException($"The server sent a frame 0x{header[0]:x2}; expected a whole binary one.");
            _left = header[1];
            if (_left == 126)
            {
                await inner.ReadExactlyAsync(header, cancellationToken);
                _left = BinaryPrimitives.ReadUInt16BigEndian(header);
            }

            Frames.Add(_left);
        }

        var read = await inner.ReadAsync(buffer[..Math.Min(_left, buffer.Length)], cancellationToken);
        _left -= read;
        return read;
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => inner.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
