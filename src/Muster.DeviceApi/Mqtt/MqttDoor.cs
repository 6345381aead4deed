using System.Collections.Concurrent;
using System.IO.Pipelines;
using Microsoft.Extensions.Logging;
using Muster.Core.Instances;
using Muster.Core.Networking;
using Muster.Core.Registration;
using Muster.Protocols.Mqtt;

namespace Muster.DeviceApi.Mqtt;

/// <summary>The provisioning door for MQTT (device-protocols 3): every connection becomes a session with a handler of its own.</summary>
public sealed class MqttDoor : IDisposable
{
    private readonly ConcurrentDictionary<MqttSession, ProvisioningSession> _open = new();

    /// <summary>Makes the door.</summary>
    public MqttDoor(
        RegistrationService registrations,
        InstanceDirectory instances,
        RegistrationOptions registrationOptions,
        ConnectionEnds ends,
        MqttDoorOptions options,
        MqttSessionRegistry sessions,
        MqttMetrics metrics,
        NetworkGate network,
        TimeProvider clock,
        ILogger<MqttDoor> logger)
    {
        Registrations = registrations;
        Instances = instances;
        RegistrationOptions = registrationOptions;
        Ends = ends;
        Options = options;
        Sessions = sessions;
        Metrics = metrics;
        Network = network;
        Clock = clock;
        Logger = logger;
        instances.Changed += OnInstancesChanged;
    }

    internal RegistrationService Registrations { get; }

    internal InstanceDirectory Instances { get; }

    internal RegistrationOptions RegistrationOptions { get; }

    internal ConnectionEnds Ends { get; }

    internal MqttDoorOptions Options { get; }

    internal MqttSessionRegistry Sessions { get; }

    internal MqttMetrics Metrics { get; }

    internal NetworkGate Network { get; }

    internal TimeProvider Clock { get; }

    internal ILogger Logger { get; }

    /// <summary>Serves one connection until it ends. Nothing is thrown; closing the transport is the caller's part.</summary>
    /// <param name="transport">The connection.</param>
    /// <param name="peer">The other side.</param>
    /// <param name="stopping">Announces that the server stops.</param>
    /// <returns>How it ended.</returns>
    public async Task<MqttEnd> ServeAsync(IDuplexPipe transport, MqttPeer peer, CancellationToken stopping)
    {
        // A WebSocket gets one packet per frame (device-protocols 3.7).
        var isWebSocket = peer.Protocol == MqttPeer.WebSocket;
        var handler = new ProvisioningSession(this, peer);
        using var session = new MqttSession(transport, handler, Options.Limits, Clock, Metrics, flushesEachPacket: isWebSocket);
        _open[session] = handler;
        Metrics.Connection(1, isWebSocket ? "websocket" : "tcp");
        try
        {
            return await session.RunAsync(stopping);
        }
        finally
        {
            _open.TryRemove(session, out _);
            Metrics.Connection(-1, isWebSocket ? "websocket" : "tcp");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Instances.Changed -= OnInstancesChanged;

    // Open connections are judged anew as soon as rules change, far within the minute that behaviour B-14.9 allows. Whoever wrote the
    // instance does not wait for it: there may be a hundred thousand.
    private void OnInstancesChanged(object? sender, EventArgs e) => ThreadPool.UnsafeQueueUserWorkItem(static door => door.Rejudge(), this, preferLocal: false);

    private void Rejudge()
    {
        foreach (var (session, handler) in _open) handler.Rejudge(session);
    }
}
