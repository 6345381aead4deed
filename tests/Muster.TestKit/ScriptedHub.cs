using System.Collections.Concurrent;
using Muster.Core.Hubs;
using Muster.Core.Secrets;

namespace Muster.TestKit;

/// <summary>A hub that does what a test says: waits, fails, remembers. It stands in for every embedded hub of a server.</summary>
public sealed class ScriptedHub : IHubConnectorFactory, IHubConnector
{
    private readonly ConcurrentQueue<Func<Task>> _script = new();

    public string Kind => "embedded";

    /// <summary>Every identity that was ensured, in order.</summary>
    public ConcurrentQueue<HubDeviceSpec> Ensured { get; } = new();

    /// <summary>The symmetric key of every device that is read; without it there is no device.</summary>
    public string? KeyOfDevices { get; init; }

    /// <summary>Whether a call is in a step now.</summary>
    public bool IsWaiting { get; private set; }

    /// <summary>Adds a step that the next call to ensure an identity goes through before it succeeds.</summary>
    public void Next(Func<Task> step) => _script.Enqueue(step);

    public IHubConnector Connect(LinkedHub hub, HubLane lane) => this;

    public async Task<HubEnsureOutcome> EnsureDeviceAsync(HubDeviceSpec spec, CancellationToken cancellationToken)
    {
        if (_script.TryDequeue(out var step))
        {
            var waiting = step();
            IsWaiting = true;
            await waiting.WaitAsync(cancellationToken);
            IsWaiting = false;
        }

        Ensured.Enqueue(spec);
        return HubEnsureOutcome.Created;
    }

    public Task<HubDeviceSnapshot?> ReadDeviceAsync(string deviceId, CancellationToken cancellationToken) => Task.FromResult(
        KeyOfDevices is null ? null : new HubDeviceSnapshot(true, null, false, null, null, null)
        {
            Keys = new SymmetricKeyPair(new Secret(KeyOfDevices), new Secret(KeyOfDevices)),
        });

    public Task ApplyTwinAsync(string deviceId, HubTwin twin, HubTwinMode mode, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task SetEnabledAsync(string deviceId, bool enabled, string? reason, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<HubProbe> ProbeAsync(CancellationToken cancellationToken) =>
        Task.FromResult(new HubProbe(HubProbeOutcome.Ready, "Scripted."));

    public Task DeleteDeviceAsync(string deviceId, CancellationToken cancellationToken) => Task.CompletedTask;
}
