using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Muster.Core.Concurrency;
using Muster.Core.Instances;
using Muster.Core.Quotas;
using Muster.Core.Store;
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
        Assert.Equal(CommitOutcome.Committed, await directory.PutAsync(changed, _server.Instance.ETag, CancellationToken.None));
    }
}
