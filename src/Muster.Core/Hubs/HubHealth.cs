namespace Muster.Core.Hubs;

/// <summary>A hub as its calls show it, since the server started.</summary>
public sealed record HubHealth
{
    /// <summary>The hub.</summary>
    public required string HostName { get; init; }

    /// <summary>What the latest calls say.</summary>
    public required HubHealthState State { get; init; }

    /// <summary>The latest answered call; null when none was.</summary>
    public DateTimeOffset? LastSuccessUtc { get; init; }

    /// <summary>The latest failed call; null when none did.</summary>
    public DateTimeOffset? LastFailureUtc { get; init; }

    /// <summary>What the latest failure said; no secrets.</summary>
    public string? LastFailure { get; init; }

    /// <summary>Registrations that wait for their turn at this hub.</summary>
    public required int Waiting { get; init; }

    /// <summary>Registrations being written to this hub.</summary>
    public required int Active { get; init; }

    /// <summary>Calls a second at present: the configured rate, or the lower one that the hub's throttling taught; null without limit.</summary>
    public double? CallsPerSecond { get; init; }

    /// <summary>Until when no call is made because the hub asked for that; null when it did not.</summary>
    public DateTimeOffset? PausedUntilUtc { get; init; }

    /// <summary>Smoothed duration of an answered call; null before the first.</summary>
    public TimeSpan? Latency { get; init; }
}
