namespace Muster.Core.Registration;

/// <summary>Times of the registration service.</summary>
public sealed record RegistrationOptions
{
    /// <summary>How long a register waits for its final answer before it is told to poll; 0 to 10 s.</summary>
    public TimeSpan AnswerBudget { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long an operation can be polled (behaviour B-8.2).</summary>
    public TimeSpan OperationLifetime { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Clock difference allowed on a credential's end.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long after its end a credential may still poll: some devices reuse one short-lived token (device-protocols 1.7).</summary>
    public TimeSpan PollGrace { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>What a busy answer tells the device to wait.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Tries of a hub call that fails for a passing reason.</summary>
    public int HubTries { get; init; } = 3;

    /// <summary>Time for all tries of a registration's hub calls together.</summary>
    public TimeSpan HubBudget { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a hub may go on throttling one registration's calls before it fails; waiting for a turn does not count.</summary>
    public TimeSpan ThrottlePatience { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Whether a device whose old hub refuses the service's credentials starts anew in its new hub; else its move fails and the old
    /// hub keeps it (iot-hub 4.4).
    /// </summary>
    public bool ResetsWhenOldHubRefuses { get; init; } = true;

    /// <summary>
    /// How old the content of the old hub may be at the end of a move; older, it is read again before the old identity goes.
    /// </summary>
    public TimeSpan FreshSnapshot { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long that second read may take; a hub that takes longer does not hold up the new one.</summary>
    public TimeSpan FollowPatience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the answer of a move waits for the old hub to delete its identity.</summary>
    public TimeSpan CleanupPatience { get; init; } = TimeSpan.FromSeconds(1);
}
