using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace Muster.DeviceApi.Tests.Mqtt;

/// <summary>A packet that the server sent.</summary>
internal sealed record ServerPacket(byte First, byte[] Body)
{
    public int Type => First >> 4;

    public bool IsPublish => Type == 3;

    public int Qos => (First >> 1) & 3;

    public string Topic => Encoding.UTF8.GetString(Body.AsSpan(2, TopicLength));

    public ushort PacketId => BinaryPrimitives.ReadUInt16BigEndian(Body.AsSpan(IsPublish ? 2 + TopicLength : 0));

    public string Payload => Encoding.UTF8.GetString(Body.AsSpan(2 + TopicLength + (Qos == 0 ? 0 : 2)));

    public JsonElement Json => JsonDocument.Parse(Payload).RootElement;

    public string Status => Json.GetProperty("status").GetString()!;

    public JsonElement State => Json.GetProperty("registrationState");

    /// <summary>The packet in hexadecimal; lengths below 128 only.</summary>
    public string Hex => Convert.ToHexStringLower([First, (byte)Body.Length, .. Body]);

    private int TopicLength => BinaryPrimitives.ReadUInt16BigEndian(Body);
}
