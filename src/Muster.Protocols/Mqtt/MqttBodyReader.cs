using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Muster.Protocols.Mqtt;

/// <summary>Reads the fields of a packet's body. A method returns false when the body is too short or a text is not valid.</summary>
internal ref struct MqttBodyReader
{
    private const int StackBytes = 256;

    private SequenceReader<byte> _reader;

    public MqttBodyReader(ReadOnlySequence<byte> body) => _reader = new SequenceReader<byte>(body);

    /// <summary>Whether everything was read.</summary>
    public readonly bool IsAtEnd => _reader.End;

    /// <summary>Everything not read yet.</summary>
    public readonly ReadOnlySequence<byte> Rest => _reader.UnreadSequence;

    public bool TryReadByte(out byte value) => _reader.TryRead(out value);

    public bool TryReadUInt16(out ushort value)
    {
        var isThere = _reader.TryReadBigEndian(out short signed);
        value = unchecked((ushort)signed);
        return isThere;
    }

    /// <summary>A text: valid UTF-8 without U+0000 (MQTT-1.5.3-1, MQTT-1.5.3-2).</summary>
    public bool TryReadText(out string text)
    {
        text = "";
        if (!TryReadBytes(out var bytes)) return false;
        if (bytes.IsSingleSegment) return TryDecode(bytes.FirstSpan, out text);

        // Only a text that two reads of the socket cut apart is copied.
        var length = (int)bytes.Length;
        if (length <= StackBytes)
        {
            Span<byte> copy = stackalloc byte[length];
            bytes.CopyTo(copy);
            return TryDecode(copy, out text);
        }

        var rented = ArrayPool<byte>.Shared.Rent(length);
        bytes.CopyTo(rented);
        var isValid = TryDecode(rented.AsSpan(0, length), out text);
        ArrayPool<byte>.Shared.Return(rented, clearArray: true);
        return isValid;
    }

    /// <summary>Binary data behind a length of two bytes.</summary>
    public bool TryReadBytes(out ReadOnlySequence<byte> bytes)
    {
        bytes = default;
        return TryReadUInt16(out var length) && _reader.TryReadExact(length, out bytes);
    }

    private static bool TryDecode(ReadOnlySpan<byte> bytes, out string text)
    {
        text = "";
        if (!Utf8.IsValid(bytes) || bytes.Contains((byte)0)) return false;
        text = Encoding.UTF8.GetString(bytes);
        return true;
    }
}
