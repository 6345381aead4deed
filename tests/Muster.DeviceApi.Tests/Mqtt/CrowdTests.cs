using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Muster.Core.Registration;
using Muster.DeviceApi.Mqtt;
using Muster.DeviceApi.Tests.Http;
using Muster.Protocols.Mqtt;
using Muster.Protocols.Tests.Mqtt;
using Muster.TestKit;

namespace Muster.DeviceApi.Tests.Mqtt;

/// <summary>Many connections, limits on them, and the counters that show them.</summary>
public sealed class CrowdTests
{
    private const string Key = DeviceApiFixture.Key;

    [Fact]
    public async Task Devices_register_beside_5000_idle_connections_over_TLS()
    {
        await using var server = await RunningServer.StartAsync();
        var idle = new MqttDevice[Math.Min(5000, MostConnections())];
        await Parallel.ForAsync(0, idle.Length, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (number, _) =>
        {
            var id = "idle-" + number;
            idle[number] = await MqttDevice.OpenAsync(server);
            Assert.Equal(
                0, await idle[number].ConnectAsync(id, MqttDevice.UserName(server, id), server.DeviceToken(id, Key), keepAlive: 600));
        });

        await Task.WhenAll(Enumerable.Range(0, 20).Select(async number =>
        {
            await server.EnrollAsync("busy-" + number, Key);
            await using var device = await MqttDevice.ReadyAsync(server, "busy-" + number, Key);
            Assert.Equal("assigned", (await device.RegisterAsync()).Status);
        }));

        Assert.All(idle, device => Assert.True(device.IsOpen));
        var ends = server.Server.Services.GetRequiredService<ConnectionEnds>();
        var scope = server.IdScope;
        await server.StopAsync();
        Assert.All(idle, device => Assert.False(device.IsOpen));
        Assert.All(
            ends.Latest(scope, null, int.MaxValue).Where(end => end.RegistrationId.StartsWith("idle-", StringComparison.Ordinal)),
            end => Assert.Equal(nameof(MqttEndReason.ServerStopping), end.Reason));
        foreach (var device in idle) await device.DisposeAsync();
    }

    [Fact]
    public async Task Connections_over_the_limit_of_an_address_are_not_negotiated()
    {
        await using var server = await RunningServer.StartAsync(
            configure: services => services.AddSingleton(new MqttDoorOptions { MaxConnectionsPerAddress = 2 }));
        await using var first = await MqttDevice.ReadyAsync(server, "limit-1", Key);
        var second = await MqttDevice.ReadyAsync(server, "limit-2", Key);

        // The server closes the socket before TLS; the client sees an end or a reset, whichever comes first.
        var refusal = await Record.ExceptionAsync(() => MqttDevice.OpenAsync(server));
        Assert.True(refusal is IOException or System.Net.Sockets.SocketException, refusal?.ToString() ?? "It was negotiated.");
        await using var upgraded = await MqttDevice.UpgradeAsync(server, MqttDevice.UpgradeRequest("/mqtt", "mqtt"));
        Assert.StartsWith("HTTP/1.1 503 ", upgraded.UpgradeAnswer, StringComparison.Ordinal);

        await second.DisposeAsync();
        var gate = server.Server.Services.GetRequiredService<MqttConnectionGate>();
        await server.EventuallyAsync(() =>
        {
            var isFree = gate.Enter(System.Net.IPAddress.Loopback) is null;
            if (isFree) gate.Leave(System.Net.IPAddress.Loopback);
            return Task.FromResult(isFree);
        }, "a free place");
        await using var third = await MqttDevice.ReadyAsync(server, "limit-3", Key);
    }

    [Theory]
    [InlineData("10.0.0.1", "10.0.0.1", false)]
    [InlineData("10.0.0.1", "::ffff:10.0.0.1", false)]
    [InlineData("10.0.0.1", "10.0.0.2", true)]
    [InlineData("2001:db8::1", "2001:db8::ffff", false)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", true)]
    public void Addresses_of_one_network_share_a_limit(string first, string second, bool isLetIn)
    {
        var gate = new MqttConnectionGate(new MqttDoorOptions { MaxConnectionsPerAddress = 1 });

        Assert.Null(gate.Enter(System.Net.IPAddress.Parse(first)));

        Assert.Equal(isLetIn, gate.Enter(System.Net.IPAddress.Parse(second)) is null);
    }

    [Fact]
    public async Task Connections_packets_and_refusals_are_counted()
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        await using var server = await RunningServer.StartAsync();
        await server.EnrollAsync("counted", Key);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == MqttMetrics.MeterName) self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument.Name + " " + tags[0].Value, value));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument.Name + " " + tags[0].Value, value));
        listener.Start();

        await using var device = await MqttDevice.ReadyAsync(server, "counted", Key);
        await device.RegisterAsync();
        await using var refused = await MqttDevice.OpenAsync(server);
        await refused.ConnectAsync(server, "counted", token: null);
        await server.EventuallyAsync(() => Task.FromResult(Count("muster.mqtt.ends ConnectRefused") > 0), "the end");

        Assert.True(Count("muster.mqtt.connections tcp") > 0);
        Assert.True(Count("muster.mqtt.packets.received Connect") >= 2);
        Assert.True(Count("muster.mqtt.packets.sent Publish") >= 1);
        Assert.True(Count("muster.mqtt.refusals NotAuthorized") >= 1);

        void Add(string name, long value)
        {
            lock (counts) counts[name] = counts.GetValueOrDefault(name) + value;
        }

        long Count(string name)
        {
            lock (counts) return counts.GetValueOrDefault(name);
        }
    }

    /// <summary>What this process may open: both ends of a connection are its own, and the rest needs files as well.</summary>
    private static int MostConnections()
    {
        var limit = File.ReadLines("/proc/self/limits").First(line => line.StartsWith("Max open files", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[3];
        return int.TryParse(limit, out var files) ? (files - 1000) / 2 : int.MaxValue;
    }
}
