using Microsoft.Extensions.DependencyInjection;
using Muster.Core.Attestation;
using Muster.Core.Enrollments;
using Muster.Core.Errors;
using Muster.Core.Registration;
using Muster.DeviceApi.Mqtt;
using Muster.DeviceApi.Tests.Http;
using Muster.Protocols.Mqtt;
using Muster.Protocols.Tests.Mqtt;
using Muster.TestKit;

namespace Muster.DeviceApi.Tests.Mqtt;

/// <summary>Each connection's end has a reason that the operator can read.</summary>
public sealed class EndTests
{
    private const string Key = DeviceApiFixture.Key;

    private static readonly Dictionary<string, Func<RunningServer, MqttDevice, string, Task>> Ways = new(StringComparer.Ordinal)
    {
        ["DISCONNECT"] = (_, device, _) => device.SendAsync(ClientPackets.Disconnect),
        ["close"] = async (_, device, _) => await device.DisposeAsync(),
        ["QoS 2"] = (_, device, _) => device.SendAsync(ClientPackets.Publish("$dps/registrations/PUT/iotdps-register/?$rid=1", [], qos: 2, packetId: 7)),
        ["foreign topic"] = (_, device, _) => device.SendAsync(ClientPackets.Publish("devices/x/messages/events/", [])),
        ["second CONNECT"] = (server, device, id) => device.SendAsync(ClientPackets.Connect(id, MqttDevice.UserName(server, id), null)),
        ["newer connection"] = async (server, _, id) => await (await MqttDevice.ReadyAsync(server, id, Key)).DisposeAsync(),
        ["silence"] = (_, _, _) => Task.CompletedTask,
        ["stop"] = (server, _, _) => server.StopAsync(),
    };

    [Theory]
    [InlineData("DISCONNECT", MqttEndReason.ClientDisconnected)]
    [InlineData("close", MqttEndReason.ClientClosed)]
    [InlineData("QoS 2", MqttEndReason.UnsupportedQos)]
    [InlineData("foreign topic", MqttEndReason.MessageRefused)]
    [InlineData("second CONNECT", MqttEndReason.ProtocolViolation)]
    [InlineData("newer connection", MqttEndReason.TakenOver)]
    [InlineData("silence", MqttEndReason.IdleTimeout)]
    [InlineData("stop", MqttEndReason.ServerStopping)]
    public async Task An_end_is_remembered_with_its_reason(string way, MqttEndReason reason)
    {
        var limits = way == "silence" ? new MqttLimits { IdleTimeout = TimeSpan.FromMilliseconds(50) } : new();
        await using var server = await RunningServer.StartAsync(
            configure: services => services.AddSingleton(new MqttDoorOptions { Limits = limits }));
        await server.EnrollAsync("ending", Key);
        var (ends, scope) = (server.Server.Services.GetRequiredService<ConnectionEnds>(), server.IdScope);
        await using var device = await MqttDevice.OpenAsync(server);
        Assert.Equal(0, await device.ConnectAsync(server, "ending", server.DeviceToken("ending", Key)));

        await Ways[way](server, device, "ending");

        ConnectionEnd? end = null;
        await server.EventuallyAsync(() =>
        {
            end = ends.Latest(scope, "ending", 10).FirstOrDefault(one => one.Reason == reason.ToString());
            return Task.FromResult(end is not null);
        }, $"the end by {way}");
        Assert.Equal(("Mqtt", true), (end!.Protocol, end.Detail.EndsWith('.')));
    }

    [Fact]
    public async Task A_server_that_cannot_judge_a_device_says_so_and_lives_on()
    {
        await using var server = await RunningServer.StartAsync(configure: services =>
        {
            services.Remove(services.Single(service => service.ImplementationType?.Name == "X509Verifier"));
            services.AddSingleton<IAttestationVerifier, BrokenVerifier>();
        });
        using var certificate = TestCertificate.SelfSigned("CN=unjudged", new()).WithKey();
        await using var device = await MqttDevice.OpenAsync(server, certificate);

        Assert.Equal((int)MqttConnectCode.ServerUnavailable, await device.ConnectAsync(server, "unjudged", token: null));

        await device.ExpectEndAsync();
        await server.EnrollAsync("judged", Key);
        await using var other = await MqttDevice.ReadyAsync(server, "judged", Key);
        Assert.Equal("assigned", (await other.RegisterAsync()).Status);
    }

    private sealed class BrokenVerifier : IAttestationVerifier
    {
        public AttestationType Type => AttestationType.X509;

        public Refusal? CheckForm(AttestationContext context) => throw Broken();

        public Task<Result<AttestationMatch>> VerifyIndividualAsync(
            AttestationContext context, IndividualEnrollment enrollment, CancellationToken cancellationToken) => throw Broken();

        public Task<Result<AttestationMatch>> FindGroupAsync(AttestationContext context, CancellationToken cancellationToken) => throw Broken();

        public AttestationMatch? Restore(Enrollment enrollment, string registrationId, PendingRegistration? pending = null) => throw Broken();

        private static InvalidOperationException Broken() => new("The engine behind the verifier is broken.");
    }
}
