using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Muster.Core.Attestation;
using Muster.Core.Enrollments;
using Muster.Core.Errors;
using Muster.Core.Hubs;
using Muster.Core.Registration;
using Muster.DeviceApi.Tests.Http;
using Muster.Protocols.Tests.Mqtt;
using Muster.TestKit;

namespace Muster.DeviceApi.Tests.Mqtt;

/// <summary>Registrations that take longer than the device waits, and what happens beside them.</summary>
public sealed class SlowHubTests : IAsyncDisposable
{
    private const string Key = DeviceApiFixture.Key;

    private readonly ScriptedHub _hub = new();
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RunningServer? _server;

    private RunningServer Server => _server ?? throw new InvalidOperationException("The server is started by the test.");

    [Fact]
    public async Task Slow_registration_is_polled_until_it_is_done()
    {
        await using var device = await BeginAsync("slow", TimeSpan.Zero);

        var first = await device.RegisterAsync("""{"registrationId":"slow"}""", "r1");
        var operationId = first.Json.GetProperty("operationId").GetString()!;
        var busy = await device.PollAsync(operationId, "r2");
        _gate.SetResult();
        var done = await PollUntilDoneAsync(device, operationId);

        Assert.Equal("$dps/registrations/res/202/?$rid=r1&retry-after=3", first.Topic);
        Assert.Equal("assigning", first.Status);
        Assert.Matches("^[0-9a-f.-]+$", operationId);
        Assert.Equal("$dps/registrations/res/202/?$rid=r2&retry-after=3", busy.Topic);
        Assert.Equal("slow", busy.State.GetProperty("registrationId").GetString());
        Assert.Equal("$dps/registrations/res/200/?$rid=done", done.Topic);
        Assert.Equal(("assigned", operationId), (done.Status, done.Json.GetProperty("operationId").GetString()));
    }

    [Fact]
    public async Task Pings_and_polls_are_answered_while_a_register_waits()
    {
        await using var device = await BeginAsync("waits", TimeSpan.FromSeconds(10));

        await device.SendAsync(MqttDevice.Register(qos: 1, packetId: 5, requestId: "slow"));
        Assert.Equal("40020005", (await device.ExpectAsync()).Hex);
        await device.SendAsync(ClientPackets.PingReq);
        Assert.Equal("d000", (await device.ExpectAsync()).Hex);
        Assert.Equal("$dps/registrations/res/404/?$rid=quick", (await device.PollAsync("4.0", "quick")).Topic);
        _gate.SetResult();

        Assert.Equal("$dps/registrations/res/200/?$rid=slow", (await device.AnswerAsync()).Topic);
    }

    [Fact]
    public async Task Repeated_register_is_acknowledged_but_starts_nothing()
    {
        await using var device = await BeginAsync("repeat", TimeSpan.FromSeconds(10));

        await device.SendAsync(MqttDevice.Register(qos: 1, packetId: 5));
        await device.SendAsync(MqttDevice.Register(qos: 1, packetId: 5, duplicate: true));
        Assert.Equal("40020005", (await device.ExpectAsync()).Hex);
        Assert.Equal("40020005", (await device.ExpectAsync()).Hex);
        _gate.SetResult();
        await device.AnswerAsync();
        await device.SendAsync(ClientPackets.PingReq);

        Assert.Equal("d000", (await device.ExpectAsync()).Hex);
        Assert.Single(_hub.Ensured);
    }

    [Fact]
    public async Task Many_requests_at_once_are_all_answered_by_their_own_ids()
    {
        await using var device = await BeginAsync("crowd", TimeSpan.FromSeconds(10));

        for (var request = 0; request < 30; request++) await device.SendAsync(MqttDevice.Register(requestId: "r" + request));
        _gate.SetResult();
        var topics = new HashSet<string>(StringComparer.Ordinal);
        for (var request = 0; request < 30; request++) topics.Add((await device.AnswerAsync()).Topic);

        Assert.Equal(30, topics.Count);
    }

    [Fact]
    public async Task Registration_goes_on_when_its_device_leaves()
    {
        var device = await BeginAsync("leaves", TimeSpan.FromSeconds(10));
        await device.SendAsync(MqttDevice.Register(qos: 1, packetId: 5));
        await device.ExpectAsync();
        await device.DisposeAsync();
        _gate.SetResult();

        await Server.EventuallyAsync(
            async () => await Server.Store.FindRegistrationAsync(Server.Instance.Name, "leaves", default) is { Status: RegistrationStatus.Assigned },
            "the assignment");
    }

    [Fact]
    public async Task Poll_with_a_token_that_ended_meanwhile_is_answered()
    {
        var clock = new ManualClock();
        await using var device = await BeginAsync("iot-edge", TimeSpan.Zero, clock: clock);
        var operationId = (await device.RegisterAsync()).Json.GetProperty("operationId").GetString()!;

        clock.Advance(TimeSpan.FromHours(1) + TimeSpan.FromMinutes(9));
        Assert.StartsWith("$dps/registrations/res/202/", (await device.PollAsync(operationId)).Topic, StringComparison.Ordinal);

        clock.Advance(TimeSpan.FromMinutes(10));
        Assert.StartsWith("$dps/registrations/res/401/", (await device.PollAsync(operationId)).Topic, StringComparison.Ordinal);
        _gate.SetResult();
    }

    [Fact]
    public async Task Failed_registration_is_answered_with_200_and_the_error_in_its_state()
    {
        await using var device = await BeginAsync("fails", TimeSpan.FromSeconds(10), _ => throw new HubCallException(401002, "no", isTransient: false));

        var answer = await device.RegisterAsync();

        Assert.StartsWith("$dps/registrations/res/200/", answer.Topic, StringComparison.Ordinal);
        Assert.Equal("failed", answer.Status);
        Assert.Equal(400209, answer.State.GetProperty("errorCode").GetInt32());
    }

    [Fact]
    public async Task Throttled_register_is_answered_with_429_and_when_to_come_again()
    {
        await using var device = await BeginAsync("throttled", TimeSpan.Zero, more: services =>
        {
            services.RemoveAll<IAttestationVerifier>();
            services.AddSingleton<IAttestationVerifier>(new RefusingVerifier(Refusals.Throttled(TimeSpan.FromSeconds(4.2))));
        });

        var answer = await device.RegisterAsync(requestId: "t");

        Assert.Equal("$dps/registrations/res/429/?$rid=t&retry-after=5", answer.Topic);
        Assert.Equal(429001, answer.Json.GetProperty("errorCode").GetInt32());
    }

    [Fact]
    public async Task Fault_behind_a_request_is_answered_with_500()
    {
        await using var device = await BeginAsync("faulty", TimeSpan.Zero, more: services =>
        {
            services.RemoveAll<IAttestationVerifier>();
            services.AddSingleton<IAttestationVerifier>(new RefusingVerifier(null));
        });

        var answer = await device.RegisterAsync(requestId: "f");

        Assert.Equal("$dps/registrations/res/500/?$rid=f", answer.Topic);
        Assert.Equal(500001, answer.Json.GetProperty("errorCode").GetInt32());
    }

    [Fact]
    public async Task Stopping_server_answers_what_it_owes_before_it_closes()
    {
        await using var device = await BeginAsync("stopping", TimeSpan.FromSeconds(10));
        await device.SendAsync(MqttDevice.Register(qos: 1, packetId: 5));
        await device.ExpectAsync();
        await Server.EventuallyAsync(() => Task.FromResult(_hub.IsWaiting), "the hub call");

        var stopped = Server.StopAsync();
        _gate.SetResult();

        Assert.Equal("assigned", (await device.AnswerAsync()).Status);
        await device.ExpectEndAsync();
        await stopped;
    }

    public async ValueTask DisposeAsync()
    {
        _gate.TrySetResult();
        if (_server is not null) await _server.DisposeAsync();
    }

    private async Task<MqttDevice> BeginAsync(
        string id,
        TimeSpan budget,
        Func<CancellationToken, Task>? step = null,
        ManualClock? clock = null,
        Action<IServiceCollection>? more = null)
    {
        _server = await RunningServer.StartAsync(clock: clock, configure: services =>
        {
            services.RemoveAll<IHubConnectorFactory>();
            services.AddSingleton<IHubConnectorFactory>(_hub);
            services.AddSingleton(new RegistrationOptions { AnswerBudget = budget });
            more?.Invoke(services);
        });
        await Server.EnrollAsync(id, Key);
        _hub.Next(step is null ? () => _gate.Task : () => step(CancellationToken.None));
        return await MqttDevice.ReadyAsync(Server, id, Key);
    }

    private async Task<ServerPacket> PollUntilDoneAsync(MqttDevice device, string operationId)
    {
        ServerPacket? answer = null;
        await Server.EventuallyAsync(async () => (answer = await device.PollAsync(operationId, "done")).Status != "assigning", "the final state");
        return answer!;
    }

    /// <summary>A verifier that refuses everything, or, without a refusal, breaks.</summary>
    private sealed class RefusingVerifier(Refusal? refusal) : IAttestationVerifier
    {
        public AttestationType Type => AttestationType.SymmetricKey;

        public Refusal? CheckForm(AttestationContext context) => refusal ?? throw new InvalidOperationException("The test says so.");

        public Task<Result<AttestationMatch>> VerifyIndividualAsync(
            AttestationContext context, IndividualEnrollment enrollment, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<Result<AttestationMatch>> FindGroupAsync(AttestationContext context, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public AttestationMatch? Restore(Enrollment enrollment, string registrationId, PendingRegistration? pending = null) => null;
    }
}
