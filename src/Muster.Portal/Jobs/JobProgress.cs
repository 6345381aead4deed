using Muster.Portal.Frame;
using Muster.Portal.SignIn;

namespace Muster.Portal.Jobs;

/// <summary>A job at one moment.</summary>
public sealed record JobProgress
{
    /// <summary>Names the job.</summary>
    public required string Id { get; init; }

    /// <summary>What it does.</summary>
    public required string Title { get; init; }

    /// <summary>The page that shows what it works on.</summary>
    public required string Href { get; init; }

    /// <summary>The right to pause, resume and cancel it.</summary>
    public required PortalRight Right { get; init; }

    /// <summary>What not to forget afterwards; null when there is nothing.</summary>
    public string? Advice { get; init; }

    /// <summary>Where it stands.</summary>
    public required JobState State { get; init; }

    /// <summary>Who started it.</summary>
    public required string StartedBy { get; init; }

    /// <summary>With whose rights it works now.</summary>
    public required string ActsAs { get; init; }

    /// <summary>When it was started.</summary>
    public required DateTimeOffset StartedUtc { get; init; }

    /// <summary>When it ended; null before.</summary>
    public DateTimeOffset? EndedUtc { get; init; }

    /// <summary>How many items there are; null when that is not known.</summary>
    public long? Total { get; init; }

    /// <summary>How many were done.</summary>
    public long Done { get; init; }

    /// <summary>How many were refused.</summary>
    public long Failed { get; init; }

    /// <summary>Why it pauses, where nobody paused it; else null.</summary>
    public string? WhyPaused { get; init; }

    /// <summary>Why it could not go on; null unless it failed.</summary>
    public Failure? WhyFailed { get; init; }

    /// <summary>The first of the refused items.</summary>
    public IReadOnlyList<JobFailure> FirstFailures { get; init; } = [];

    /// <summary>Whether nothing more happens.</summary>
    public bool HasEnded => State is JobState.Done or JobState.Cancelled or JobState.Failed;

    /// <summary>Whole percent of the items that were worked on, 0 to 100; null when their number is not known.</summary>
    public int? Percent => State == JobState.Done ? 100 : Total is > 0 and var total ? (int)Math.Min(99, (Done + Failed) * 100 / total) : null;
}
