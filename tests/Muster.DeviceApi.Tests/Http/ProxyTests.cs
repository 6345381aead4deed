using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Muster.Core.Audit;
using Muster.Core.Instances;
using Muster.Core.Networking;
using Muster.DeviceApi.Tests.Mqtt;
using Muster.TestKit;

namespace Muster.DeviceApi.Tests.Http;

/// <summary>Behind a reverse proxy the client's address comes from the headers of trusted proxies only (behaviour B-14.8).</summary>
public sealed class ProxyTests
{
    private const string Key = DeviceApiFixture.Key;
    private const string Blocked = "203.0.113.9";

    // Whether this machine's proxy is trusted, the header, who the client is then, and whether the rules let that one in.
    [Theory]
    [InlineData(true, null, "127.0.0.1", true)]
    [InlineData(true, Blocked, Blocked, false)]
    [InlineData(true, "198.51.100.7", "198.51.100.7", true)]
    [InlineData(true, "198.51.100.7, " + Blocked, Blocked, false)]
    [InlineData(true, Blocked + ", 198.51.100.7", "198.51.100.7", true)]
    [InlineData(true, Blocked + ", 127.0.0.1", Blocked, false)]
    [InlineData(true, "nonsense", "127.0.0.1", true)]
    [InlineData(false, Blocked, "127.0.0.1", true)]
    public async Task The_client_is_who_a_trusted_proxy_says(bool isTrusted, string? forwarded, string client, bool isAllowed)
    {
        await using var server = await RunningServer.StartAsync(
            options: options => isTrusted ? options with { TrustedProxies = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")] } : options);
        await server.EnrollAsync("proxied", Key);
        var rules = new NetworkRules
        {
            Access = PublicNetworkAccess.SelectedRanges,
            Rules = [new IpFilterRule("no", "203.0.113.0/24", IpFilterAction.Reject)],
        };
        await server.Server.Services.GetRequiredService<InstanceService>()
            .SetNetworkAsync(AuditCaller.Process, server.Instance.Name, rules, ifETag: null, CancellationToken.None);
        using var browser = server.CreateClient(address: IPAddress.Loopback);

        Assert.Equal(isAllowed ? 200 : 401, await SendAsync(HttpMethod.Get, $"/enrollments/proxied?api-version={RunningServer.ApiVersion}", server.ServiceToken()));
        if (isAllowed)
        {
            var use = server.Server.Services.GetRequiredService<PolicyKeyUses>().Find(server.Instance.Name, server.Instance.AccessPolicies[0], isPrimary: true);
            Assert.Equal(client, use!.Address);
        }

        Assert.Equal(isAllowed ? 202 : 401, await SendAsync(
            HttpMethod.Put, $"/{server.IdScope}/registrations/proxied/register?api-version={RunningServer.ApiVersion}", server.DeviceToken("proxied", Key)));
        Assert.Equal(client, Plain((await server.LastTraceAsync("proxied")).RemoteAddress));

        await using var device = await MqttDevice.UpgradeAsync(
            server, MqttDevice.UpgradeRequest("/mqtt", "mqtt", forwarded is null ? "" : $"X-Forwarded-For: {forwarded}\r\n"));
        Assert.Equal(isAllowed ? 0 : 5, await device.ConnectAsync(server, "proxied", server.DeviceToken("proxied", Key)));

        async Task<int> SendAsync(HttpMethod method, string path, string token)
        {
            using var request = new HttpRequestMessage(method, path);
            request.Headers.TryAddWithoutValidation("Authorization", token);
            if (forwarded is not null) request.Headers.TryAddWithoutValidation("X-Forwarded-For", forwarded);
            using var response = await browser.SendAsync(request);
            return (int)response.StatusCode;
        }
    }

    private static string Plain(string address) => address.StartsWith("::ffff:", StringComparison.Ordinal) ? address["::ffff:".Length..] : address;
}
