using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Muster.Protocols.Tests.Mqtt;
using Muster.TestKit;

namespace Muster.DeviceApi.Tests.Mqtt;

/// <summary>A device that sends what a test says, byte for byte, over TLS or over a WebSocket.</summary>
internal sealed class MqttDevice : IAsyncDisposable
{
    public const string Answers = "$dps/registrations/res/#";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TcpClient _tcp;
    private readonly SslStream _tls;
    private readonly Stream _mqtt;
    private readonly CancellationTokenSource _patience = new(Patience);

    private MqttDevice(TcpClient tcp, SslStream tls, Stream mqtt, string upgradeAnswer)
    {
        _tcp = tcp;
        _tls = tls;
        _mqtt = mqtt;
        UpgradeAnswer = upgradeAnswer;
    }

    /// <summary>The answer to the upgrade; empty over plain TLS.</summary>
    public string UpgradeAnswer { get; }

    /// <summary>Lengths of the WebSocket frames that came.</summary>
    public IReadOnlyList<int> Frames => ((ClientWebSocketStream)_mqtt).Frames;

    /// <summary>Whether the server has not closed the connection.</summary>
    public bool IsOpen => !(_tcp.Client.Poll(0, SelectMode.SelectRead) && _tcp.Client.Available == 0);

    public SslProtocols TlsVersion => _tls.SslProtocol;

    /// <summary>Opens a TLS connection.</summary>
    public static async Task<MqttDevice> OpenAsync(
        RunningServer server, X509Certificate2? certificate = null, SslProtocols versions = SslProtocols.None, string? serverName = "localhost",
        X509Certificate2Collection? chain = null, IPAddress? address = null)
    {
        var (tcp, tls) = await HandshakeAsync(server.Server.Endpoints.MqttPort, certificate, versions, serverName, chain, address);
        return new MqttDevice(tcp, tls, tls, "");
    }

    /// <summary>Opens a WebSocket with an upgrade request as given.</summary>
    public static async Task<MqttDevice> UpgradeAsync(RunningServer server, string request, X509Certificate2? certificate = null)
    {
        var (tcp, tls) = await HandshakeAsync(server.Server.HttpsPort, certificate, SslProtocols.None, "localhost");
        await tls.WriteAsync(Encoding.ASCII.GetBytes(request));
        var answer = new StringBuilder();
        var one = new byte[1];
        while (!answer.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await tls.ReadAsync(one) == 1) answer.Append((char)one[0]);
        return new MqttDevice(tcp, tls, new ClientWebSocketStream(tls), answer.ToString());
    }

    /// <summary>An upgrade request.</summary>
    public static string UpgradeRequest(string target, string subProtocol, string more = "") =>
        $"GET {target} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + $"Sec-WebSocket-Key: 5X1odf6Q4XswoFCee4WRsQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: {subProtocol}\r\n{more}\r\n";

    /// <summary>Opens a connection, connects with a token, and subscribes to the answers.</summary>
    public static async Task<MqttDevice> ReadyAsync(RunningServer server, string registrationId, string key, int qos = 1)
    {
        var device = await OpenAsync(server);
        Assert.Equal(0, await device.ConnectAsync(server, registrationId, server.DeviceToken(registrationId, key)));
        await device.SendAsync(ClientPackets.Subscribe(1, (Answers, qos)));
        Assert.Equal("90030001" + qos.ToString("x2"), (await device.ExpectAsync()).Hex);
        return device;
    }

    public static string UserName(RunningServer server, string registrationId, string apiVersion = "2019-03-31") =>
        $"{server.IdScope}/registrations/{registrationId}/api-version={apiVersion}";

    /// <summary>Sends CONNECT; the return code of CONNACK.</summary>
    public Task<int> ConnectAsync(RunningServer server, string registrationId, string? token) =>
        ConnectAsync(registrationId, UserName(server, registrationId), token);

    /// <summary>Sends CONNECT; the return code of CONNACK.</summary>
    public async Task<int> ConnectAsync(string clientId, string? userName, string? password, int keepAlive = 0, bool cleanSession = true)
    {
        await SendAsync(ClientPackets.Connect(
            clientId, userName, password is null ? null : Encoding.UTF8.GetBytes(password), keepAlive, cleanSession));
        var answer = await ExpectAsync();
        Assert.Equal((0x20, 2, 0), (answer.First, answer.Body.Length, answer.Body[0]));
        return answer.Body[1];
    }

    /// <summary>Publishes a register request at QoS 0 and returns the answer.</summary>
    public async Task<ServerPacket> RegisterAsync(string body = "", string requestId = "1")
    {
        await SendAsync(Register(body, requestId));
        return await AnswerAsync();
    }

    /// <summary>Publishes a status request at QoS 0 and returns the answer.</summary>
    public async Task<ServerPacket> PollAsync(string operationId, string requestId = "1")
    {
        await SendAsync(Status(operationId, requestId));
        return await AnswerAsync();
    }

    public static byte[] Register(string body = "", string requestId = "1", int qos = 0, ushort packetId = 0, bool duplicate = false) =>
        ClientPackets.Publish(
            "$dps/registrations/PUT/iotdps-register/?$rid=" + requestId, Encoding.UTF8.GetBytes(body), qos, packetId, duplicate);

    public static byte[] Status(string operationId, string requestId = "1", string body = "") => ClientPackets.Publish(
        $"$dps/registrations/GET/iotdps-get-operationstatus/?$rid={requestId}&operationId={operationId}", Encoding.UTF8.GetBytes(body));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        await _mqtt.WriteAsync(bytes, _patience.Token);
        await _mqtt.FlushAsync(_patience.Token);
    }

    /// <summary>Sends bytes beneath the WebSocket.</summary>
    public async Task SendRawAsync(ReadOnlyMemory<byte> bytes) => await _tls.WriteAsync(bytes, _patience.Token);

    /// <summary>The next packet; null when the server has closed the connection.</summary>
    public async Task<ServerPacket?> ReceiveAsync()
    {
        try
        {
            var one = new byte[1];
            if (await _mqtt.ReadAsync(one, _patience.Token) == 0) return null;
            var first = one[0];
            var length = 0;
            var shift = 0;
            do
            {
                await _mqtt.ReadExactlyAsync(one, _patience.Token);
                length |= (one[0] & 0x7f) << shift;
                shift += 7;
            }
            while ((one[0] & 0x80) != 0);

            var body = new byte[length];
            await _mqtt.ReadExactlyAsync(body, _patience.Token);
            return new ServerPacket(first, body);
        }
        catch (IOException)
        {
            return null;
        }
    }

    public async Task<ServerPacket> ExpectAsync() => await ReceiveAsync() ?? throw new EndOfStreamException("The server closed the connection.");

    /// <summary>The next PUBLISH, acknowledged.</summary>
    public async Task<ServerPacket> AnswerAsync()
    {
        var packet = await ExpectAsync();
        Assert.True(packet.IsPublish, $"Expected PUBLISH, got {packet.Hex}");
        if (packet.Qos == 1) await SendAsync(ClientPackets.PubAck(packet.PacketId));
        return packet;
    }

    /// <summary>Waits for the end of the connection; nothing may come before it.</summary>
    public async Task ExpectEndAsync() => Assert.Null(await ReceiveAsync());

    public async ValueTask DisposeAsync()
    {
        await _tls.DisposeAsync();
        _tcp.Dispose();
        _patience.Dispose();
    }

    private static async Task<(TcpClient Tcp, SslStream Tls)> HandshakeAsync(
        int port, X509Certificate2? certificate, SslProtocols versions, string? serverName, X509Certificate2Collection? chain = null,
        IPAddress? address = null)
    {
        var tcp = new TcpClient { NoDelay = true };
        await tcp.ConnectAsync(address ?? IPAddress.Loopback, port);
        var tls = new SslStream(tcp.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = serverName,
            EnabledSslProtocols = versions,
            // The certificate is other tests' business.
            RemoteCertificateValidationCallback = (_, presented, _, _) => presented is not null,
            ClientCertificateContext = certificate is null ? null : SslStreamCertificateContext.Create(certificate, chain, offline: true),
        });
        return (tcp, tls);
    }
}
