namespace Muster.Portal.Jobs;

/// <summary>Some of a job's items.</summary>
/// <param name="Items">The items, in the order they are worked on.</param>
/// <param name="Next">The cursor of the next ones; null after the last.</param>
public sealed record JobItems(IReadOnlyList<JobItem> Items, string? Next);
