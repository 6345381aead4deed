namespace Muster.Core.Quotas;

/// <summary>So many calls in so much time. Unused calls are saved up to that many, so that bursts of it pass.</summary>
/// <param name="Calls">How many, at least 1.</param>
/// <param name="Period">In how much time, more than zero.</param>
public sealed record RateLimit(int Calls, TimeSpan Period);
