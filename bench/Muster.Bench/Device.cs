using System.Buffers.Binary;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Muster.Protocols.Tests.Mqtt;

namespace Muster.Bench;

/// <summary>One device that registers over MQTT, on a TLS connection of its own, with a full handshake.</summary>
internal sealed class Device : IDevice
{
    private readonly SslClientAuthenticationOptions _tls;
    private readonly byte[] _connect;
    private readonly byte[] _subscribe;
    private readonly byte[] _register;
    private readonly bool _isAnswered;

    private Device(SslClientAuthenticationOptions tls, byte[] connect, byte[] subscribe, byte[] register, bool isAnswered)
    {
        _tls = tls;
        _connect = connect;
        _subscribe = subscribe;
        _register = register;
        _isAnswered = isAnswered;
    }

    /// <summary>A device of Muster.</summary>
    public static Device OfMuster(string scope, string id, string? token, X509Certificate2? certificate) => new(
        BenchTls.Options(Context(certificate)),
        Connect(scope, id, token),
        ClientPackets.Subscribe(1, ("$dps/registrations/res/#", 1)),
        ClientPackets.Publish("$dps/registrations/PUT/iotdps-register/?$rid=1", Encoding.UTF8.GetBytes($"{{\"registrationId\":\"{id}\"}}"), qos: 1, packetId: 2),
        isAnswered: true);

    /// <summary>
    /// The same packets for a broker: it answers nothing, so the device subscribes to what it publishes, a message as long as an answer.
    /// </summary>
    public static Device OfBroker(string scope, string id, string? token, X509Certificate2? certificate) => new(
        BenchTls.Options(Context(certificate)),
        Connect(scope, id, token),
        ClientPackets.Subscribe(1, ($"dps/registrations/{id}/res/#", 1)),
        ClientPackets.Publish($"dps/registrations/{id}/res/200/?rid=1", new byte[430], qos: 1, packetId: 2),
        isAnswered: false);

    /// <inheritdoc/>
    public async Task RegisterAsync(int port)
    {
        var stream = await OpenAsync(port);
        await using (stream)
        {
            await stream.WriteAsync(_subscribe);
            await ExpectAsync(stream, 0x90);
            await stream.WriteAsync(_register);
            ushort packetId = 0;
            for (var count = 0; count < 2; count++)
            {
                var (first, body) = await ReadAsync(stream);
                if (first >> 4 != 3) continue;
                var topic = BinaryPrimitives.ReadUInt16BigEndian(body);
                if (_isAnswered && !Encoding.ASCII.GetString(body, 2, topic).StartsWith("$dps/registrations/res/200/", StringComparison.Ordinal))
                    throw new InvalidDataException("Not assigned: " + Encoding.UTF8.GetString(body));
                packetId = BinaryPrimitives.ReadUInt16BigEndian(body.AsSpan(2 + topic));
            }

            await stream.WriteAsync((byte[])[.. ClientPackets.PubAck(packetId), .. ClientPackets.Disconnect]);
        }
    }

    /// <summary>TLS and CONNECT, nothing more.</summary>
    public async Task<SslStream> OpenAsync(int port)
    {
        var stream = await BenchTls.ConnectAsync(port, _tls);
        await stream.WriteAsync(_connect);
        await ExpectAsync(stream, 0x20);
        return stream;
    }

    private static byte[] Connect(string scope, string id, string? token) => ClientPackets.Connect(
        id, $"{scope}/registrations/{id}/api-version=2019-03-31&ClientVersion=bench", token is null ? null : Encoding.UTF8.GetBytes(token));

    private static SslStreamCertificateContext? Context(X509Certificate2? certificate) =>
        certificate is null ? null : SslStreamCertificateContext.Create(certificate, null, offline: true);

    private static async Task ExpectAsync(SslStream stream, byte first)
    {
        var (type, body) = await ReadAsync(stream);
        if (type != first || (first == 0x20 && body[1] != 0)) throw new InvalidDataException($"Packet 0x{type:x2} {Convert.ToHexString(body)}.");
    }

    private static async Task<(byte First, byte[] Body)> ReadAsync(SslStream stream)
    {
        var header = new byte[2];
        await stream.ReadExactlyAsync(header);
        int length = header[1];
        if (length >= 0x80)
        {
            var more = new byte[1];
            await stream.ReadExactlyAsync(more);
            length = (length & 0x7f) | (more[0] << 7);
        }

        var body = new byte[length];
        await stream.ReadExactlyAsync(body);
        return (header[0], body);
    }
}
