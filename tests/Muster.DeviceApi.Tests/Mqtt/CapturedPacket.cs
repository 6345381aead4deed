using System.Buffers.Binary;
using System.Text;

namespace Muster.DeviceApi.Tests.Mqtt;

/// <summary>One packet of a capture, or a WebSocket's close frame.</summary>
internal sealed record CapturedPacket(string Kind, byte[] Bytes)
{
    public int Qos => (Bytes[0] >> 1) & 3;

    public string Topic => Encoding.UTF8.GetString(Bytes.AsSpan(BodyStart + 2, TopicLength));

    /// <summary>Packet ID of a PUBLISH, SUBSCRIBE or UNSUBSCRIBE.</summary>
    public ushort PacketId => BinaryPrimitives.ReadUInt16BigEndian(Bytes.AsSpan(Kind == "PUBLISH" ? BodyStart + 2 + TopicLength : BodyStart));

    /// <summary>The <c>$rid</c> of a request.</summary>
    public string RequestId => Topic[(Topic.IndexOf("$rid=", StringComparison.Ordinal) + 5)..].Split('&')[0];

    private int BodyStart => Bytes[1] < 0x80 ? 2 : 3;

    private int TopicLength => BinaryPrimitives.ReadUInt16BigEndian(Bytes.AsSpan(BodyStart));
}
