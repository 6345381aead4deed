using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Muster.Core.Allocation;
using Muster.Core.Enrollments;
using Muster.Core.Errors;
using Muster.Core.Hubs;
using Muster.Core.Registration;
using Muster.Core.Store;
using Muster.TestKit;

namespace Muster.DeviceApi.Tests.Http;

/// <summary>Registrations that take longer than the device waits: polling, joining, restarting, failing hubs.</summary>
public sealed class OperationTests : IAsyncDisposable
{
    private const string Key = DeviceApiFixture.Key;

    private readonly ScriptedHub _hub = new();
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RunningServer? _server;

    private RunningServer Server => _server ?? throw new InvalidOperationException("The server is started by the test.");

    [Fact]
    public async Task Slow_registration_is_polled_until_it_is_done()
    {
        var (token, operation) = await BeginAsync("slow");

        var busy = await PollAsync("slow", operation, token);
        _gate.SetResult();
        var done = await PollUntilDoneAsync("slow", operation, token);

        Assert.Equal((HttpStatusCode.Accepted, "3"), (busy.Status, busy.Headers["Retry-After"]));
        Assert.Equal("assigning", busy.Json.GetProperty("status").GetString());
        Assert.Equal("slow", busy.State.GetProperty("registrationId").GetString());
        Assert.False(busy.State.TryGetProperty("etag", out _));
        Assert.Equal(HttpStatusCode.OK, done.Status);
        Assert.Equal("assigned", done.Json.GetProperty("status").GetString());
        Assert.Equal(operation, done.Json.GetProperty("operationId").GetString());
    }

    [Fact]
    public async Task Second_register_of_the_same_device_joins_the_first()
    {
        var (token, operation) = await BeginAsync("twice");

        var second = await Server.RegisterAsync("twice", token);
        _gate.SetResult();
        await PollUntilDoneAsync("twice", operation, token);

        Assert.Equal(operation, second.Json.GetProperty("operationId").GetString());
        Assert.Single(_hub.Ensured);
    }

    [Fact]
    public async Task Second_register_with_another_payload_is_a_conflict()
    {
        var (token, _) = await BeginAsync("other");

        var second = await Server.RegisterAsync("other", token, """{"payload":{"b":2}}""");

        Assert.Equal((HttpStatusCode.Conflict, 409203), (second.Status, second.ErrorCode));
        _gate.SetResult();
    }

    // Behaviour checklist 28.
    [Fact]
    public async Task Simultaneous_registers_of_one_device_make_one_identity()
    {
        await StartAsync(budget: TimeSpan.FromSeconds(10));
        await Server.EnrollAsync("crowd", Key);
        var token = Server.DeviceToken("crowd", Key);
        _hub.Next(() => _gate.Task);

        var all = Enumerable.Range(0, 20).Select(_ => Server.RegisterAsync("crowd", token)).ToList();
        _gate.SetResult();
        var answers = await Task.WhenAll(all);

        Assert.All(answers, answer => Assert.Equal("assigned", answer.Json.GetProperty("status").GetString()));
        var record = await Server.ServiceAsync(HttpMethod.Get, "/registrations/crowd");
        Assert.Equal("assigned", record.Json.GetProperty("status").GetString());
    }

    // Behaviour checklist 29; killed instead of stopped in Muster.Conformance, CrashTests.
    [Fact]
    public async Task Operation_handed_out_before_a_restart_is_finished_after_it()
    {
        var (token, operation) = await BeginAsync("survivor");
        var folder = Server.Folder;
        await Server.StopAsync();

        _server = await RunningServer.StartAsync(folder, configure: services => Script(services, TimeSpan.Zero));
        var done = await PollUntilDoneAsync("survivor", operation, token);

        Assert.Equal("assigned", done.Json.GetProperty("status").GetString());
        Assert.Equal(operation, done.Json.GetProperty("operationId").GetString());
        await Server.StopAsync();
        Directory.Delete(folder, recursive: true);
        _server = null;
    }

    [Theory]
    [InlineData("disabled")]
    [InlineData("deleted")]
    public async Task Enrollment_that_changes_while_its_device_waits_is_seen_before_the_hub_write(string change)
    {
        await StartAsync(TimeSpan.Zero, services =>
        {
            services.RemoveAll<IAllocationPolicy>();
            services.AddSingleton<IAllocationPolicy>(new WaitingPolicy(_gate.Task));
        });
        await Server.EnrollAsync("changed", Key);
        var token = Server.DeviceToken("changed", Key);
        await Server.RegisterAsync("changed", token);

        if (change == "disabled") await Server.EnrollAsync("changed", Key, ""","provisioningStatus":"disabled" """);
        else await Server.Store.CommitAsync(
            [new DeleteEnrollment(Server.Instance.Name, EnrollmentKind.Individual, "changed", IfETag: null)], default);
        _gate.SetResult();

        var record = await UntilAsync(async () => await Server.Store.FindRegistrationAsync(Server.Instance.Name, "changed", default),
            found => found is { Status: not RegistrationStatus.Assigning });
        Assert.Equal(change == "disabled" ? RegistrationStatus.Disabled : RegistrationStatus.Failed, record!.Status);
        Assert.Empty(_hub.Ensured);
    }

    [Fact]
    public async Task Passing_hub_failure_is_retried_and_a_lasting_one_fails_the_registration()
    {
        await StartAsync(TimeSpan.FromSeconds(10));
        await Server.EnrollAsync("passing", Key);
        await Server.EnrollAsync("lasting", Key);

        _hub.Next(() => throw new HubCallException(503001, "busy", isTransient: true, retryAfter: TimeSpan.FromMilliseconds(1)));
        var passing = await Server.RegisterAsync("passing", Server.DeviceToken("passing", Key));
        _hub.Next(() => throw new HubCallException(
            401002, """{"Message":"ErrorCode:IotHubUnauthorizedAccess;Unauthorized"}""", isTransient: false));
        var lasting = await Server.RegisterAsync("lasting", Server.DeviceToken("lasting", Key));

        Assert.Equal("assigned", passing.Json.GetProperty("status").GetString());
        Assert.Equal("failed", lasting.Json.GetProperty("status").GetString());
        Assert.Equal(400209, lasting.State.GetProperty("errorCode").GetInt32());
        Assert.Contains("IotHubUnauthorizedAccess", lasting.State.GetProperty("errorMessage").GetString(), StringComparison.Ordinal);
        var record = await Server.ServiceAsync(HttpMethod.Get, "/registrations/lasting");
        Assert.Equal("failed", record.Json.GetProperty("status").GetString());
    }

    public async ValueTask DisposeAsync()
    {
        _gate.TrySetResult();
        if (_server is not null) await _server.DisposeAsync();
    }

    private async Task<(string Token, string Operation)> BeginAsync(string id)
    {
        await StartAsync(TimeSpan.Zero);
        await Server.EnrollAsync(id, Key);
        _hub.Next(() => _gate.Task);
        var token = Server.DeviceToken(id, Key);
        var answer = await Server.RegisterAsync(id, token);
        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        Assert.Equal("assigning", answer.Json.GetProperty("status").GetString());
        return (token, answer.Json.GetProperty("operationId").GetString()!);
    }

    private async Task StartAsync(TimeSpan budget, Action<IServiceCollection>? more = null) => _server = await RunningServer.StartAsync(
        configure: services =>
        {
            Script(services, budget);
            more?.Invoke(services);
        });

    private void Script(IServiceCollection services, TimeSpan budget)
    {
        services.RemoveAll<IHubConnectorFactory>();
        services.AddSingleton<IHubConnectorFactory>(_hub);
        services.AddSingleton(new RegistrationOptions { AnswerBudget = budget });
    }

    private Task<JsonAnswer> PollAsync(string id, string operation, string token) => Server.DeviceAsync(
        HttpMethod.Get, $"/{Server.IdScope}/registrations/{id}/operations/{operation}?api-version=2021-10-01", token);

    private Task<JsonAnswer> PollUntilDoneAsync(string id, string operation, string token) =>
        UntilAsync(() => PollAsync(id, operation, token), answer => answer.Status != HttpStatusCode.Accepted);

    private static async Task<T> UntilAsync<T>(Func<Task<T>> read, Func<T, bool> isThere)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var value = await read().WaitAsync(deadline.Token);
            if (isThere(value)) return value;
            deadline.Token.ThrowIfCancellationRequested();
        }
    }

    private sealed class WaitingPolicy(Task gate) : IAllocationPolicy
    {
        public AllocationPolicyKind Kind => AllocationPolicyKind.Hashed;

        public async ValueTask<Result<AllocationResult>> AllocateAsync(
            AllocationRequest request, CancellationToken cancellationToken)
        {
            await gate.WaitAsync(cancellationToken);
            return new AllocationResult(request.Candidates[0].HostName, "The test says so.");
        }
    }
}
