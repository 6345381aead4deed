namespace Muster.Protocols.Mqtt;

/// <summary>Packet IDs of one session: those the server gives its messages, and those of the client's latest messages.</summary>
internal sealed class MqttPacketIds
{
    /// <summary>How many of the client's messages are remembered to tell a repetition.</summary>
    private const int Remembered = 16;

    private readonly int _maxUnacknowledged;
    private readonly ushort[] _received = new ushort[Remembered];
    private readonly Queue<ushort> _order = new();
    private readonly HashSet<ushort> _unacknowledged = [];
    private int _receivedCount;
    private ushort _last;

    public MqttPacketIds(int maxUnacknowledged) => _maxUnacknowledged = maxUnacknowledged;

    /// <summary>A fresh ID for a message to the client. Where too many wait for an acknowledgement, the oldest is forgotten.</summary>
    public ushort Next()
    {
        if (_order.Count >= _maxUnacknowledged) _unacknowledged.Remove(_order.Dequeue());
        do
        {
            _last = _last == ushort.MaxValue ? (ushort)1 : (ushort)(_last + 1);
        }
        while (!_unacknowledged.Add(_last));

        _order.Enqueue(_last);
        return _last;
    }

    /// <summary>Whether the acknowledgement is one that was waited for.</summary>
    public bool Acknowledge(ushort packetId)
    {
        if (!_unacknowledged.Remove(packetId)) return false;
        while (_order.TryPeek(out var oldest) && !_unacknowledged.Contains(oldest)) _order.Dequeue();
        return true;
    }

    /// <summary>Notes the ID of a message from the client, and tells whether it stood among the latest ones.</summary>
    public bool Receive(ushort packetId)
    {
        var isKnown = _received.AsSpan(0, Math.Min(_receivedCount, Remembered)).Contains(packetId);
        _received[_receivedCount++ % Remembered] = packetId;
        if (_receivedCount == 2 * Remembered) _receivedCount = Remembered;
        return isKnown;
    }
}
