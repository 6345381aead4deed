namespace Muster.Core.Allocation;

/// <summary>Limits of allocation webhooks (iot-hub 5.5).</summary>
public sealed record WebhookOptions
{
    /// <summary>Most bytes of an answer.</summary>
    public const int MaxAnswerBytes = 64 * 1024;

    /// <summary>How long one call may take, 1 to 30 seconds.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a call is repeated that was answered with 429 or more, or not at all.</summary>
    public int Retries { get; init; } = 10;

    /// <summary>The wait before the first repetition.</summary>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How much longer each further wait is.</summary>
    public TimeSpan WaitIncrement { get; init; } = TimeSpan.FromSeconds(9);

    /// <summary>Most calls at a time to one host; others wait in order.</summary>
    public int Concurrency { get; init; } = 64;

    /// <summary>Whether plain http URLs are called.</summary>
    public bool AllowsHttp { get; init; }

    /// <summary>Whether webhooks on this machine's own addresses are called; link-local addresses never are.</summary>
    public bool AllowsOwnAddresses { get; init; }

    /// <summary>PEM of root certificates that webhooks' certificates may chain to; null means the system's.</summary>
    public string? RootCertificates { get; init; }
}
