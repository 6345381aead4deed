using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Muster.Core.Audit;
using Muster.Core.Instances;
using Muster.Core.Networking;
using Muster.TestKit;

namespace Muster.DeviceApi.Tests.Http;

/// <summary>IP rules at the doors: in force for the next request, told to nobody but the operator (behaviour B-14).</summary>
public sealed class NetworkRuleTests : IAsyncLifetime
{
    private const string Key = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
    private const string Id = "walled";

    private RunningServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await RunningServer.StartAsync();
        await _server.EnrollAsync(Id, Key);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("accept all", IpFilterAction.Accept, IpFilterTarget.All, true, true)]
    [InlineData("reject all", IpFilterAction.Reject, IpFilterTarget.All, false, false)]
    [InlineData("reject devices", IpFilterAction.Reject, IpFilterTarget.DeviceApi, true, false)]
    [InlineData("reject back ends", IpFilterAction.Reject, IpFilterTarget.ServiceApi, false, true)]
    public async Task Rules_close_the_doors_they_name(string name, IpFilterAction action, IpFilterTarget target, bool service, bool device)
    {
        var rule = name.Replace(' ', '-');
        await SetAsync(PublicNetworkAccess.SelectedRanges, new IpFilterRule(rule, "127.0.0.0/8", action, target), new IpFilterRule(rule + "6", "::1", action, target));
        await ExpectAsync(service, device);
        if (device) return;
        var failed = Assert.Single((await _server.LastTraceAsync(Id)).Checks, check => !check.Passed);
        Assert.Equal("network", failed.Check);
        Assert.Contains($"'{rule}", failed.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disabled_access_closes_both_doors_and_ignores_the_rules()
    {
        await SetAsync(PublicNetworkAccess.Disabled, new IpFilterRule("all", "0.0.0.0/0", IpFilterAction.Accept));
        await ExpectAsync(service: false, device: false);
        await SetAsync(PublicNetworkAccess.AllNetworks, new IpFilterRule("all", "0.0.0.0/0", IpFilterAction.Reject));
        await ExpectAsync(service: true, device: true);
    }

    private async Task ExpectAsync(bool service, bool device)
    {
        var back = await _server.ServiceAsync(HttpMethod.Get, $"/enrollments/{Id}");
        Assert.Equal(service ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, back.Status);
        var front = await _server.RegisterAsync(Id, _server.DeviceToken(Id, Key));
        Assert.Equal(device, front.Status is HttpStatusCode.OK or HttpStatusCode.Accepted);
        foreach (var refused in new[] { (Open: service, Answer: back), (Open: device, Answer: front) }.Where(one => !one.Open))
        {
            Assert.Equal((HttpStatusCode.Unauthorized, 401002), (refused.Answer.Status, refused.Answer.ErrorCode));
            Assert.Equal("Unauthorized", refused.Answer.Json.GetProperty("message").GetString());
        }
    }

    private async Task SetAsync(PublicNetworkAccess access, params IpFilterRule[] rules)
    {
        var instances = _server.Server.Services.GetRequiredService<InstanceService>();
        Assert.Null(await instances.SetNetworkAsync(AuditCaller.Process, _server.Instance.Name, new NetworkRules { Access = access, Rules = rules }, ifETag: null, CancellationToken.None));
    }
}
