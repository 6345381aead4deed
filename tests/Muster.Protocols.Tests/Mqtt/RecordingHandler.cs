using System.Buffers;
using System.Text;
using Muster.Protocols.Mqtt;

namespace Muster.Protocols.Tests.Mqtt;

/// <summary>A handler that writes down its calls and does what a test says.</summary>
internal sealed class RecordingHandler : IMqttSessionHandler
{
    public List<string> Calls { get; } = [];

    public MqttEnd? End { get; private set; }

    public MqttConnect? Connect { get; private set; }

    public Func<MqttSession, MqttConnect, MqttConnectCode> OnConnect { get; init; } = (_, _) => MqttConnectCode.Accepted;

    public Func<MqttSession, MqttPublish, ValueTask> OnPublish { get; init; } = (_, _) => ValueTask.CompletedTask;

    public Func<MqttSession, Task> OnDrain { get; init; } = _ => Task.CompletedTask;

    public ValueTask<MqttConnectCode> OnConnectAsync(MqttSession session, MqttConnect connect, CancellationToken cancellationToken)
    {
        Connect = connect;
        Calls.Add($"connect {connect.ClientId} {connect.UserName} {(connect.Password is { } p ? Convert.ToHexString(p.Span) : "-")}");
        return new(OnConnect(session, connect));
    }

    public MqttQos? OnSubscribe(MqttSession session, MqttSubscription subscription)
    {
        Calls.Add($"subscribe {subscription.Filter} {(int)subscription.Qos}");
        if (subscription.Filter.StartsWith("no/", StringComparison.Ordinal)) return null;
        return subscription.Qos == MqttQos.AtMostOnce ? MqttQos.AtMostOnce : MqttQos.AtLeastOnce;
    }

    public void OnUnsubscribe(MqttSession session, string filter) => Calls.Add("unsubscribe " + filter);

    public ValueTask OnPublishAsync(MqttSession session, MqttPublish publish, CancellationToken cancellationToken)
    {
        Calls.Add($"publish {publish.Topic} {(int)publish.Qos} {publish.PacketId} {Encoding.UTF8.GetString(publish.Payload.ToArray())}");
        return OnPublish(session, publish);
    }

    public void OnAcknowledged(MqttSession session, ushort packetId) => Calls.Add($"acknowledged {packetId}");

    public Task DrainAsync(MqttSession session) => OnDrain(session);

    public ValueTask OnClosedAsync(MqttSession session, MqttEnd end)
    {
        End = end;
        Calls.Add("closed " + end.Reason);
        return ValueTask.CompletedTask;
    }
}
