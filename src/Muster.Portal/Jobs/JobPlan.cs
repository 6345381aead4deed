using Muster.Core.Errors;
using Muster.Portal.SignIn;

namespace Muster.Portal.Jobs;

/// <summary>What a job is to do.</summary>
public sealed record JobPlan
{
    /// <summary>The instance.</summary>
    public required string Instance { get; init; }

    /// <summary>What it does, as its heading, for example <c>Delete registration records</c>.</summary>
    public required string Title { get; init; }

    /// <summary>The right to start, pause, resume and cancel it. The services check what each item needs by themselves.</summary>
    public required PortalRight Right { get; init; }

    /// <summary>How many items there are; null when that is not known beforehand.</summary>
    public long? Total { get; init; }

    /// <summary>The page that shows what it works on, as a path of the portal.</summary>
    public required string Href { get; init; }

    /// <summary>What not to forget afterwards; null when there is nothing.</summary>
    public string? Advice { get; init; }

    /// <summary>The items from a cursor on, null for the first. It is asked again with the same cursor when it could not answer.</summary>
    public required Func<JobHands, string?, CancellationToken, Task<Result<JobItems>>> List { get; init; }

    /// <summary>Works on one item; null when that is done. Doing it twice is the same as once.</summary>
    public required Func<JobHands, JobItem, CancellationToken, Task<Refusal?>> Act { get; init; }
}
