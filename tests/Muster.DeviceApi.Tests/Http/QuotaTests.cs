using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Muster.Core.Audit;
using Muster.Core.Concurrency;
using Muster.Core.Instances;
using Muster.Core.Quotas;
using Muster.Core.Store;
using Muster.EmbeddedHub.Storage;
using Muster.TestKit;

namespace Muster.DeviceApi.Tests.Http;

/// <summary>What devices are told when a quota or a rate of their instance is reached (behaviour B-11.5, B-13).</summary>
public sealed class QuotaTests : IAsyncLifetime
{
    private const string Key = DeviceApiFixture.Key;

    private RunningServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await RunningServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task New_record_beyond_the_quota_is_refused_and_known_devices_go_on()
    {
        await LimitAsync(new InstanceQuotas { Registrations = 1 });
        await _server.EnrollAsync("first", Key);
        await _server.EnrollAsync("second", Key);
        Assert.Equal(HttpStatusCode.Accepted, (await RegisterAsync("first")).Status);

        var refused = await RegisterAsync("second");
        Assert.Equal((HttpStatusCode.TooManyRequests, 429001), (refused.Status, refused.ErrorCode));
        Assert.Contains("The quota of 1 registration records is reached.", refused.Text, StringComparison.Ordinal);
        Assert.Equal("60", refused.Headers["Retry-After"]);
        Assert.Contains((await _server.LastTraceAsync("second")).Checks, check => check is { Check: "quota", Passed: false });
        Assert.Equal(HttpStatusCode.Accepted, (await RegisterAsync("first")).Status);

        await _server.ServiceAsync(HttpMethod.Delete, "/registrations/first");
        Assert.Equal(HttpStatusCode.Accepted, (await RegisterAsync("second")).Status);
    }

    [Fact]
    public async Task Devices_that_come_all_at_once_leave_no_record_and_no_identity_too_many()
    {
        const int Room = 7;
        await LimitAsync(new InstanceQuotas { Registrations = Room });
        var ids = Enumerable.Range(0, 40).Select(i => $"crowd-{i}").ToArray();
        foreach (var id in ids) await _server.EnrollAsync(id, Key, more: id[^1] == '3' ? ",\"provisioningStatus\":\"disabled\"" : "");

        var answers = await Task.WhenAll(ids.Select(RegisterAsync));

        Assert.Equal(Room, answers.Count(answer => answer.Status == HttpStatusCode.Accepted));
        Assert.All(answers.Where(answer => answer.Status != HttpStatusCode.Accepted), answer => Assert.Equal(429001, answer.ErrorCode));
        var store = _server.Server.Services.GetRequiredService<IProvisioningStore>();
        Assert.Equal(Room, (await store.GetUsageAsync(_server.Instance.Name, TestContext.Current.CancellationToken)).Registrations);

        // Who was refused stands in no hub.
        var hub = Assert.Single(await store.ListLinkedHubsAsync(_server.Instance.Name, TestContext.Current.CancellationToken));
        var devices = await _server.Server.Services.GetRequiredService<IEmbeddedHubStore>()
            .ListDevicesAsync(hub.HostName, 100, TestContext.Current.CancellationToken);
        var assigned = ids.Zip(answers).Where(pair => pair.Second.Status == HttpStatusCode.Accepted && pair.First[^1] != '3');
        Assert.Equal(assigned.Select(pair => pair.First).Order(StringComparer.Ordinal), devices.Select(device => device.Identity.DeviceId).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Device_that_comes_many_times_at_once_takes_the_room_of_one()
    {
        await LimitAsync(new InstanceQuotas { Registrations = 1 });
        await _server.EnrollAsync("many", Key);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => RegisterAsync("many")));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Accepted, answer.Status));
    }

    [Fact]
    public async Task Registrations_beyond_the_rate_wait()
    {
        await LimitAsync(new InstanceQuotas { DeviceRegistrations = new RateLimit(2, TimeSpan.FromHours(1)) });
        await _server.EnrollAsync("dev", Key);
        Assert.Equal(HttpStatusCode.Accepted, (await RegisterAsync("dev")).Status);
        Assert.Equal(HttpStatusCode.Accepted, (await RegisterAsync("dev")).Status);
        var throttled = await RegisterAsync("dev");
        Assert.Equal((HttpStatusCode.TooManyRequests, 429001), (throttled.Status, throttled.ErrorCode));
        Assert.True(throttled.Headers.ContainsKey("Retry-After"));
    }

    [Fact]
    public async Task Device_that_polls_too_fast_waits_and_others_do_not()
    {
        await LimitAsync(new InstanceQuotas { DevicePolls = new RateLimit(5, TimeSpan.FromHours(1)) });
        foreach (var id in new[] { "fast", "slow" })
        {
            await _server.EnrollAsync(id, Key);
            Assert.Equal(HttpStatusCode.Accepted, (await RegisterAsync(id)).Status);
        }

        for (var i = 0; i < 5; i++) Assert.Equal(HttpStatusCode.NotFound, (await PollAsync("fast")).Status);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await PollAsync("fast")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await PollAsync("slow")).Status);
    }

    private Task<JsonAnswer> RegisterAsync(string id) => _server.RegisterAsync(id, _server.DeviceToken(id, Key));

    private Task<JsonAnswer> PollAsync(string id) => _server.DeviceAsync(
        HttpMethod.Get,
        $"/{_server.IdScope}/registrations/{id}/operations/4.unknown?api-version={RunningServer.ApiVersion}",
        _server.DeviceToken(id, Key));

    private async Task LimitAsync(InstanceQuotas quotas)
    {
        var changed = _server.Instance with { Quotas = quotas, ETag = ETag.Create(DateTimeOffset.UtcNow) };
        var directory = _server.Server.Services.GetRequiredService<InstanceDirectory>();
        Assert.Equal(CommitOutcome.Committed, await directory.PutAsync(AuditCaller.Process, _server.Instance, changed, CancellationToken.None));
    }
}
