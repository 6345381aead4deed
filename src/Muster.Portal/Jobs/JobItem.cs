namespace Muster.Portal.Jobs;

/// <summary>One thing that a job works on.</summary>
/// <param name="What">What it is, for example <c>registration record</c>.</param>
/// <param name="Id">Its ID or name.</param>
public sealed record JobItem(string What, string Id);
