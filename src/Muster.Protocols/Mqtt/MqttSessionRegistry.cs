using System.Collections.Concurrent;

namespace Muster.Protocols.Mqtt;

/// <summary>Which session speaks for which client, so that a newer connection takes over from an older one (MQTT-3.1.4-2).</summary>
public sealed class MqttSessionRegistry
{
    private readonly ConcurrentDictionary<string, MqttSession> _sessions = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The session that speaks for <paramref name="client"/>, or null.</summary>
    /// <param name="client">A key that is unique among all clients of the process; compared without case.</param>
    public MqttSession? Find(string client) => _sessions.GetValueOrDefault(client);

    /// <summary>Makes <paramref name="session"/> the one that speaks for the client, and ends the one that did.</summary>
    public void Claim(string client, MqttSession session)
    {
        MqttSession? older = null;
        _sessions.AddOrUpdate(client, session, (_, known) =>
        {
            older = known;
            return session;
        });
        if (older != session) older?.End(MqttEndReason.TakenOver, "A newer connection of the same client took over.");
    }

    /// <summary>Forgets a session that ended; a newer one of the same client stays.</summary>
    public void Release(string client, MqttSession session) => _sessions.TryRemove(KeyValuePair.Create(client, session));
}
