using System.Collections.Concurrent;

namespace Muster.Core.Hubs;

/// <summary>The lanes to all hubs, and what they tell about the hubs' health.</summary>
public sealed class HubLanes
{
    /// <summary>Registrations at a time for hubs whose link names no number.</summary>
    public const int DefaultWidth = 32;

    private readonly TimeProvider _clock;
    private readonly ConcurrentDictionary<string, HubLane> _lanes = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Makes the set; lanes come with the first registration.</summary>
    public HubLanes(TimeProvider clock) => _clock = clock;

    /// <summary>The lane of a hub, with the settings that its link has now. Instances that link one hub share its lane.</summary>
    public HubLane Of(LinkedHub hub)
    {
        var lane = _lanes.GetOrAdd(hub.HostName, name => new HubLane(name, DefaultWidth, _clock));
        lane.Configure(hub.Settings?.Concurrency ?? DefaultWidth, hub.Settings?.CallsPerSecond);
        return lane;
    }

    /// <summary>The health of a hub; <see cref="HubHealthState.Unknown"/> when it was not called yet.</summary>
    public HubHealth HealthOf(string hostName) => _lanes.TryGetValue(hostName, out var lane)
        ? lane.Describe()
        : new HubHealth { HostName = hostName, State = HubHealthState.Unknown, Waiting = 0, Active = 0 };
}
