using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Muster.Core.Audit;
using Muster.Core.Instances;
using Muster.Core.Networking;
using Muster.Core.Registration;
using Muster.DeviceApi.Tests.Http;
using Muster.Protocols.Mqtt;
using Muster.TestKit;

namespace Muster.DeviceApi.Tests.Mqtt;

/// <summary>Network rules on connections of devices: at CONNECT, and on those that are open when rules change (behaviour B-14).</summary>
public sealed class NetworkTests
{
    private const string Key = DeviceApiFixture.Key;

    private static readonly NetworkRules Disabled = new() { Access = PublicNetworkAccess.Disabled };

    public static TheoryData<string, NetworkRules> Closing { get; } = new()
    {
        { "Mqtt", Disabled },
        { "MqttWs", Disabled },
        { "Mqtt", Rules(IpFilterTarget.DeviceApi) },
        { "MqttWs", Rules(IpFilterTarget.All) },
    };

    [Theory]
    [MemberData(nameof(Closing))]
    public async Task An_open_connection_ends_when_rules_no_longer_let_it_in(string protocol, NetworkRules rules)
    {
        await using var server = await RunningServer.StartAsync();
        await server.EnrollAsync("open", Key);
        await using var device = protocol == "Mqtt"
            ? await MqttDevice.OpenAsync(server)
            : await MqttDevice.UpgradeAsync(server, MqttDevice.UpgradeRequest("/mqtt", "mqtt"));
        Assert.Equal(0, await device.ConnectAsync(server, "open", server.DeviceToken("open", Key)));

        // Rules for back ends leave it alone.
        await SetAsync(server, Rules(IpFilterTarget.ServiceApi));
        Assert.Equal("assigned", (await device.RegisterAsync()).Status);

        await SetAsync(server, rules);
        await device.ExpectEndAsync();
        var ends = server.Server.Services.GetRequiredService<ConnectionEnds>();
        ConnectionEnd? end = null;
        await server.EventuallyAsync(() => Task.FromResult((end = ends.Latest(server.IdScope, "open", 1) is [var last] ? last : null) is not null), "the end");
        Assert.Equal((nameof(MqttEndReason.NetworkRefused), protocol), (end!.Reason, end.Protocol));
        Assert.StartsWith("The network rules changed. ", end.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Mqtt")]
    [InlineData("MqttWs")]
    [InlineData("Http")]
    public async Task An_IPv4_address_stands_in_the_trace_as_itself(string protocol)
    {
        await using var server = await RunningServer.StartAsync();
        await server.EnrollAsync("plain", Key);
        if (protocol == "Http")
        {
            await server.RegisterAsync("plain", server.DeviceToken("plain", Key));
        }
        else
        {
            await using var device = protocol == "Mqtt"
                ? await MqttDevice.OpenAsync(server)
                : await MqttDevice.UpgradeAsync(server, MqttDevice.UpgradeRequest("/mqtt", "mqtt"));
            Assert.Equal(0, await device.ConnectAsync(server, "plain", server.DeviceToken("plain", Key)));
            await device.RegisterAsync();
        }

        // The doors listen on one socket for both families; a client over HTTP may take either.
        var trace = await server.EventuallyTracedAsync("plain");
        Assert.Equal(protocol, trace.Protocol);
        Assert.Contains(trace.RemoteAddress, protocol == "Http" ? ["127.0.0.1", "::1"] : (string[])["127.0.0.1"]);
    }

    [Fact]
    public async Task CONNECT_is_refused_with_a_trace_and_admitted_again_when_rules_open()
    {
        await using var server = await RunningServer.StartAsync();
        await server.EnrollAsync("kept-out", Key);
        await SetAsync(server, Disabled);
        await using (var device = await MqttDevice.OpenAsync(server))
            Assert.Equal((int)MqttConnectCode.NotAuthorized, await device.ConnectAsync(server, "kept-out", server.DeviceToken("kept-out", Key)));
        var check = Assert.Single((await server.EventuallyTracedAsync("kept-out")).Checks, check => check.Check == "network");
        Assert.StartsWith("Public network access is disabled. ", check.Detail, StringComparison.Ordinal);

        await SetAsync(server, NetworkRules.Open);
        await using var ready = await MqttDevice.ReadyAsync(server, "kept-out", Key);
        Assert.Equal("assigned", (await ready.RegisterAsync()).Status);
    }

    [Fact]
    public async Task Over_an_approved_private_endpoint_devices_connect_whatever_the_rules_say_and_leave_when_it_is_rejected()
    {
        var address = IPAddress.Parse("127.0.0.7");
        await using var server = await RunningServer.StartAsync(
            options: options => options with { PrivateEndpoints = [new PrivateListener("plant", address)] });
        await server.EnrollAsync("private", Key);
        var endpoints = server.Server.Services.GetRequiredService<PrivateEndpointService>();

        // Nobody has approved it: who arrives there is kept out, although the public network is open.
        await using (var early = await MqttDevice.OpenAsync(server, address: address))
            Assert.Equal((int)MqttConnectCode.NotAuthorized, await early.ConnectAsync(server, "private", server.DeviceToken("private", Key)));

        await DecideAsync(PrivateEndpointStatus.Approved);
        await SetAsync(server, Disabled);
        await using (var refused = await MqttDevice.OpenAsync(server))
            Assert.Equal((int)MqttConnectCode.NotAuthorized, await refused.ConnectAsync(server, "private", server.DeviceToken("private", Key)));
        await using var device = await MqttDevice.OpenAsync(server, address: address);
        Assert.Equal(0, await device.ConnectAsync(server, "private", server.DeviceToken("private", Key)));
        await SetAsync(server, Rules(IpFilterTarget.All));
        Assert.Equal("assigned", (await device.RegisterAsync()).Status);

        await DecideAsync(PrivateEndpointStatus.Rejected);
        await device.ExpectEndAsync();

        async Task DecideAsync(PrivateEndpointStatus status) =>
            Assert.Null(await endpoints.DecideAsync(AuditCaller.Process, server.Instance.Name, "Plant", status, "", CancellationToken.None));
    }

    private static NetworkRules Rules(IpFilterTarget target) => new()
    {
        Access = PublicNetworkAccess.SelectedRanges,
        Rules = [new IpFilterRule("v4", "0.0.0.0/0", IpFilterAction.Reject, target), new IpFilterRule("v6", "::/0", IpFilterAction.Reject, target)],
    };

    private static async Task SetAsync(RunningServer server, NetworkRules rules) => Assert.Null(await server.Server.Services
        .GetRequiredService<InstanceService>().SetNetworkAsync(AuditCaller.Process, server.Instance.Name, rules, ifETag: null, CancellationToken.None));
}
