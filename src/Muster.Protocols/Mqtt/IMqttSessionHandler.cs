namespace Muster.Protocols.Mqtt;

/// <summary>
/// The application behind a session. Calls come one at a time in the order of the packets; the next packet waits until a call's task
/// ends, so a handler that has long work starts it and returns. A handler ends the session by <see cref="MqttSession.End"/>.
/// </summary>
public interface IMqttSessionHandler
{
    /// <summary>Decides about a connection. Any code but <see cref="MqttConnectCode.Accepted"/> ends it once the answer is sent.</summary>
    ValueTask<MqttConnectCode> OnConnectAsync(MqttSession session, MqttConnect connect, CancellationToken cancellationToken);

    /// <summary>Decides about a filter.</summary>
    /// <returns>The granted QoS, 0 or 1; null refuses the filter.</returns>
    MqttQos? OnSubscribe(MqttSession session, MqttSubscription subscription);

    /// <summary>A filter is no longer wanted; whether it ever was is not checked.</summary>
    void OnUnsubscribe(MqttSession session, string filter);

    /// <summary>
    /// Takes a message. One of QoS 1 is acknowledged when the task ends, or earlier when the handler calls
    /// <see cref="MqttSession.AcknowledgeAsync"/> because its answer must not overtake the acknowledgement.
    /// </summary>
    ValueTask OnPublishAsync(MqttSession session, MqttPublish publish, CancellationToken cancellationToken);

    /// <summary>The client has acknowledged a message of QoS 1.</summary>
    void OnAcknowledged(MqttSession session, ushort packetId);

    /// <summary>The server stops: nothing more is read. The task ends when everything owed to the client is written.</summary>
    Task DrainAsync(MqttSession session);

    /// <summary>The session has ended; called exactly once, also when there never was a CONNECT.</summary>
    ValueTask OnClosedAsync(MqttSession session, MqttEnd end);
}
