namespace Muster.Core.Quotas;

/// <summary>How many of something were created on a day.</summary>
/// <param name="Day">The day, UTC.</param>
/// <param name="Count">How many, at least 1.</param>
public sealed record DailyCount(DateOnly Day, long Count);
