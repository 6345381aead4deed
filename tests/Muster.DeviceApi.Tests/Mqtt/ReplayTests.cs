using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Muster.Core.Audit;
using Muster.Core.Concurrency;
using Muster.Core.Hubs;
using Muster.Core.Instances;
using Muster.Core.Registration;
using Muster.Protocols.Tests.Mqtt;
using Muster.TestKit;

namespace Muster.DeviceApi.Tests.Mqtt;

/// <summary>
/// Replays what every client sent, with renewed tokens, and holds the answers against what those clients accept
/// (device-protocols 3.2 to 3.4, 3.7).
/// </summary>
public sealed partial class ReplayTests : IAsyncDisposable
{
    private const string Key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    private const string CapturedOperation = "4.d0a671905ea5b2c8.ee5ecf10-ea70-4d29-b6d4-7d4a2d1b8a90";

    private readonly ScriptedHub _hub = new();
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly X509Certificate2 _certificate = TestCertificate.SelfSigned("CN=dev-x509-01", new CertificateShape()).WithKey();
    private RunningServer? _server;

    public static TheoryData<string> Captures => [.. Capture.Names];

    [Theory]
    [MemberData(nameof(Captures))]
    public async Task Captured_client_is_assigned_after_a_poll(string name)
    {
        var capture = Capture.Load(name);
        var server = await StartAsync(capture, TimeSpan.Zero);
        _hub.Next(() => _gate.Task);
        await using var device = await OpenAsync(server, capture);
        var operationId = "";
        var answers = new List<ServerPacket>();
        foreach (var packet in capture.Sent)
        {
            switch (packet.Kind)
            {
                case "CONNECT":
                    await device.SendAsync(Capture.Renew(packet.Bytes, server.Clock.GetUtcNow().AddHours(1)));
                    Assert.Equal("20020000", (await device.ExpectAsync()).Hex);
                    break;
                case "SUBSCRIBE":
                    await device.SendAsync(packet.Bytes);
                    Assert.Equal($"9003{packet.PacketId:x4}01", (await device.ExpectAsync()).Hex);
                    break;
                case "PUBLISH":
                    var bytes = packet.Bytes;
                    if (operationId.Length > 0) bytes = Replace(bytes, CapturedOperation, operationId);
                    var answer = await RequestAsync(device, packet, bytes);
                    answers.Add(answer);
                    if (operationId.Length == 0)
                    {
                        operationId = answer.Json.GetProperty("operationId").GetString()!;
                        await FinishAsync(server, capture.RegistrationId);
                    }

                    break;
                case "PUBACK":
                    await device.SendAsync(ClientPackets.PubAck(answers[^1].PacketId));
                    break;
                case "UNSUBSCRIBE":
                    await device.SendAsync(packet.Bytes);
                    Assert.Equal($"b002{packet.PacketId:x4}", (await device.ExpectAsync()).Hex);
                    break;
                case "ws-close":
                    // The server may have closed already.
                    await Record.ExceptionAsync(() => device.SendRawAsync(ClientWebSocketStream.Frame(0x88, packet.Bytes)));
                    break;
                default:
                    await device.SendAsync(packet.Bytes);
                    break;
            }
        }

        await device.ExpectEndAsync();
        var requests = capture.Sent.Where(packet => packet.Kind == "PUBLISH").Select(packet => packet.RequestId).ToList();
        Assert.Equal($"$dps/registrations/res/202/?$rid={requests[0]}&retry-after=3", answers[0].Topic);
        Assert.Equal($"$dps/registrations/res/200/?$rid={requests[1]}", answers[1].Topic);
        AssertAccepted(capture, answers[0], "assigning");
        AssertAccepted(capture, answers[1], "assigned");
    }

    [Theory]
    [MemberData(nameof(Captures))]
    public async Task Captured_client_is_assigned_at_once(string name)
    {
        var capture = Capture.Load(name);
        var server = await StartAsync(capture, TimeSpan.FromSeconds(10));
        await using var device = await OpenAsync(server, capture);

        await device.SendAsync(Capture.Renew(capture.Sent[0].Bytes, server.Clock.GetUtcNow().AddHours(1)));
        await device.ExpectAsync();
        await device.SendAsync(capture.Sent[1].Bytes);
        await device.ExpectAsync();
        var answer = await RequestAsync(device, capture.Sent[2], capture.Sent[2].Bytes);

        Assert.Equal($"$dps/registrations/res/200/?$rid={capture.Sent[2].RequestId}", answer.Topic);
        AssertAccepted(capture, answer, "assigned");
    }

    public async ValueTask DisposeAsync()
    {
        _gate.TrySetResult();
        if (_server is not null) await _server.DisposeAsync();
        _certificate.Dispose();
    }

    /// <summary>A server with the captured scope and the enrollment that the captured client needs.</summary>
    private async Task<RunningServer> StartAsync(Capture capture, TimeSpan budget)
    {
        _server = await RunningServer.StartAsync(configure: services =>
        {
            services.RemoveAll<IHubConnectorFactory>();
            services.AddSingleton<IHubConnectorFactory>(_hub);
            services.AddSingleton(new RegistrationOptions { AnswerBudget = budget });
        });
        if (capture.IsX509)
        {
            var enrollment = """{"attestation":{"type":"x509","x509":{"clientCertificates":{"primary":{"certificate":"CERT"}}}}}"""
                .Replace("CERT", Convert.ToBase64String(_certificate.RawData), StringComparison.Ordinal);
            var answer = await _server.ServiceAsync(HttpMethod.Put, "/enrollments/" + capture.RegistrationId, enrollment);
            Assert.Equal(System.Net.HttpStatusCode.OK, answer.Status);
        }
        else
        {
            await _server.EnrollAsync(capture.RegistrationId, Key);
        }

        var instance = _server.Instance;
        var renamed = instance with { IdScope = capture.IdScope, ETag = ETag.Create(_server.Clock.GetUtcNow()) };
        await _server.Server.Services.GetRequiredService<InstanceDirectory>().PutAsync(AuditCaller.Process, instance, renamed, CancellationToken.None);
        return _server;
    }

    private async Task<MqttDevice> OpenAsync(RunningServer server, Capture capture)
    {
        var certificate = capture.IsX509 ? _certificate : null;
        if (capture.Upgrade is not { } upgrade) return await MqttDevice.OpenAsync(server, certificate);

        var device = await MqttDevice.UpgradeAsync(server, upgrade, certificate);
        var offered = SubProtocol().Match(upgrade).Groups["name"].Value;
        Assert.StartsWith("HTTP/1.1 101 ", device.UpgradeAnswer, StringComparison.Ordinal);
        Assert.Contains($"Sec-WebSocket-Protocol: {offered}\r\n", device.UpgradeAnswer, StringComparison.Ordinal);
        Assert.DoesNotContain("Sec-WebSocket-Extensions", device.UpgradeAnswer, StringComparison.OrdinalIgnoreCase);
        return device;
    }

    /// <summary>Sends a request; its acknowledgement, if it needs one, must come before its answer.</summary>
    private static async Task<ServerPacket> RequestAsync(MqttDevice device, CapturedPacket packet, byte[] bytes)
    {
        await device.SendAsync(bytes);
        if (packet.Qos == 1) Assert.Equal($"4002{packet.PacketId:x4}", (await device.ExpectAsync()).Hex);
        var answer = await device.ExpectAsync();
        Assert.Equal((3, 1), (answer.Type, answer.Qos));
        return answer;
    }

    private async Task FinishAsync(RunningServer server, string registrationId)
    {
        _gate.SetResult();
        var instance = server.Server.Services.GetRequiredService<InstanceDirectory>().Instances[0].Name;
        await server.EventuallyAsync(
            async () => await server.Store.FindRegistrationAsync(instance, registrationId, default) is { Status: RegistrationStatus.Assigned },
            "the assignment");
    }

    /// <summary>What the clients' own code demands of an answer.</summary>
    private static void AssertAccepted(Capture capture, ServerPacket answer, string status)
    {
        // C#: one pattern. Python: one '$' behind the '?', pairs split at '='. C#, C, Python: whole seconds.
        Assert.Matches(CSharpTopic(), answer.Topic);
        var query = answer.Topic[(answer.Topic.IndexOf('?', StringComparison.Ordinal) + 1)..];
        Assert.StartsWith("$rid=", query, StringComparison.Ordinal);
        Assert.Equal(1, query.Count(letter => letter == '$'));
        Assert.All(query.Split('&'), pair => Assert.Equal(2, pair.Split('=').Length));
        foreach (var pair in query.Split('&').Where(pair => pair.StartsWith("retry-after=", StringComparison.Ordinal)))
            Assert.True(int.Parse(pair["retry-after=".Length..], NumberStyles.None, CultureInfo.InvariantCulture) >= 2);

        // All: an operation ID and a status in lower case. C#, IoT Edge: a state that repeats ID and status.
        Assert.Equal(status, answer.Status);
        Assert.Equal(55, answer.Json.GetProperty("operationId").GetString()!.Length);
        Assert.Equal(capture.RegistrationId, answer.State.GetProperty("registrationId").GetString());
        Assert.Equal(status, answer.State.GetProperty("status").GetString());
        if (status != "assigned") return;
        Assert.Equal(capture.RegistrationId, answer.State.GetProperty("deviceId").GetString());
        Assert.NotEmpty(answer.State.GetProperty("assignedHub").GetString()!);
    }

    private static byte[] Replace(byte[] bytes, string text, string by)
    {
        Assert.Equal(text.Length, by.Length);
        var changed = (byte[])bytes.Clone();
        Encoding.ASCII.GetBytes(by).CopyTo(changed.AsSpan(changed.AsSpan().IndexOf(Encoding.ASCII.GetBytes(text))));
        return changed;
    }

    [GeneratedRegex("Sec-Web[Ss]ocket-Protocol: (?<name>[^\r]*)", RegexOptions.NonBacktracking)]
    private static partial Regex SubProtocol();

    [GeneratedRegex(@"^\$dps/registrations/res/(?<status>.{3})/\?\$rid=(?<rid>.+)$", RegexOptions.NonBacktracking)]
    private static partial Regex CSharpTopic();
}
