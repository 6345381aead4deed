namespace Muster.Protocols.Mqtt;

/// <summary>Rules for topics and filters (MQTT 4.7).</summary>
public static class MqttTopics
{
    /// <summary>Whether a message may be published to <paramref name="topic"/>: not empty, no wildcards.</summary>
    public static bool IsTopic(string topic) => topic.Length > 0 && topic.AsSpan().IndexOfAny('+', '#') < 0;

    /// <summary>Whether <paramref name="filter"/> may be subscribed to: each wildcard fills its level, and <c>#</c> is the last one.</summary>
    public static bool IsFilter(string filter)
    {
        if (filter.Length == 0) return false;
        var isLast = false;
        foreach (var range in filter.AsSpan().Split('/'))
        {
            if (isLast) return false;
            var level = filter.AsSpan(range);
            isLast = level is "#";
            if (level is not ("#" or "+") && level.IndexOfAny('+', '#') >= 0) return false;
        }

        return true;
    }
}
