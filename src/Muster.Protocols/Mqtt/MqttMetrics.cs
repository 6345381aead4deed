using System.Diagnostics.Metrics;

namespace Muster.Protocols.Mqtt;

/// <summary>Counters of all MQTT sessions of a process, in the meter <see cref="MeterName"/>.</summary>
public sealed class MqttMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Muster.Mqtt";

    private readonly Meter _meter = new(MeterName);
    private readonly UpDownCounter<int> _connections;
    private readonly Counter<long> _received;
    private readonly Counter<long> _sent;
    private readonly Counter<long> _refusals;
    private readonly Counter<long> _ends;

    /// <summary>Makes the instruments.</summary>
    public MqttMetrics()
    {
        _connections = _meter.CreateUpDownCounter<int>("muster.mqtt.connections", "{connection}", "Open connections.");
        _received = _meter.CreateCounter<long>("muster.mqtt.packets.received", "{packet}", "Packets received, by type.");
        _sent = _meter.CreateCounter<long>("muster.mqtt.packets.sent", "{packet}", "Packets sent, by type.");
        _refusals = _meter.CreateCounter<long>("muster.mqtt.refusals", "{refusal}", "Connections and requests refused, by reason.");
        _ends = _meter.CreateCounter<long>("muster.mqtt.ends", "{connection}", "Sessions ended, by reason.");
    }

    /// <summary>A connection opened (+1) or closed (-1).</summary>
    /// <param name="change">1 or -1.</param>
    /// <param name="transport"><c>tcp</c> or <c>websocket</c>.</param>
    public void Connection(int change, string transport) => _connections.Add(change, new KeyValuePair<string, object?>("transport", transport));

    /// <summary>A packet came.</summary>
    public void Received(MqttPacketType type)
    {
        if (_received.Enabled) _received.Add(1, new KeyValuePair<string, object?>("type", type.ToString()));
    }

    /// <summary>A packet was written.</summary>
    public void Sent(MqttPacketType type)
    {
        if (_sent.Enabled) _sent.Add(1, new KeyValuePair<string, object?>("type", type.ToString()));
    }

    /// <summary>A connection or request was refused.</summary>
    /// <param name="reason">One of few short texts: a CONNACK code, a status, a limit.</param>
    public void Refused(string reason) => _refusals.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>A session ended.</summary>
    public void Ended(MqttEndReason reason) => _ends.Add(1, new KeyValuePair<string, object?>("reason", reason.ToString()));

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
