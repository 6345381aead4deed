using System.Collections.Concurrent;
using Muster.Core.Hubs;
using Muster.EmbeddedHub.Hubs;
using Muster.EmbeddedHub.Identities;
using Muster.EmbeddedHub.Twins;
using Muster.Hubs.Embedded;

namespace Muster.Hubs.Tests.Registration;

/// <summary>The embedded hubs' connectors with a fault before or after a chosen call. Calls are named <c>ensure hub-b.test</c>.</summary>
internal sealed class FaultyHubs(EmbeddedHubDirectory hubs, DeviceRegistry registry, TwinService twins) : IHubConnectorFactory
{
    private readonly EmbeddedHubConnectorFactory _real = new(hubs, registry, twins);

    public string Kind => _real.Kind;

    /// <summary>Every call, in order.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    /// <summary>Runs before a call.</summary>
    public Func<string, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>Runs after a call succeeded.</summary>
    public Func<string, Task> After { get; set; } = _ => Task.CompletedTask;

    public IHubConnector Connect(LinkedHub hub, HubLane lane) => new Connector(this, hub.HostName, _real.Connect(hub, lane));

    private async Task<T> RunAsync<T>(string call, Func<Task<T>> run, CancellationToken cancellationToken)
    {
        Calls.Enqueue(call);
        await Before(call).WaitAsync(cancellationToken);
        var result = await run();
        await After(call).WaitAsync(cancellationToken);
        return result;
    }

    private sealed class Connector(FaultyHubs owner, string hub, IHubConnector real) : IHubConnector
    {
        public Task<HubEnsureOutcome> EnsureDeviceAsync(HubDeviceSpec spec, CancellationToken cancellationToken) =>
            owner.RunAsync($"ensure {hub}", () => real.EnsureDeviceAsync(spec, cancellationToken), cancellationToken);

        public Task<HubDeviceSnapshot?> ReadDeviceAsync(string deviceId, CancellationToken cancellationToken) =>
            owner.RunAsync($"read {hub}", () => real.ReadDeviceAsync(deviceId, cancellationToken), cancellationToken);

        public Task ApplyTwinAsync(string deviceId, HubTwin twin, HubTwinMode mode, CancellationToken cancellationToken) =>
            RunAsync("twin", () => real.ApplyTwinAsync(deviceId, twin, mode, cancellationToken), cancellationToken);

        public Task SetEnabledAsync(string deviceId, bool enabled, string? reason, CancellationToken cancellationToken) =>
            RunAsync("status", () => real.SetEnabledAsync(deviceId, enabled, reason, cancellationToken), cancellationToken);

        public Task DeleteDeviceAsync(string deviceId, CancellationToken cancellationToken) =>
            RunAsync("delete", () => real.DeleteDeviceAsync(deviceId, cancellationToken), cancellationToken);

        public Task<HubProbe> ProbeAsync(CancellationToken cancellationToken) => real.ProbeAsync(cancellationToken);

        private Task<bool> RunAsync(string what, Func<Task> run, CancellationToken cancellationToken) => owner.RunAsync(
            $"{what} {hub}",
            async () =>
            {
                await run();
                return true;
            },
            cancellationToken);
    }
}
