using Muster.Core.Quotas;

namespace Muster.Portal.Quotas;

/// <summary>One rate.</summary>
/// <param name="Name">What is counted.</param>
/// <param name="Used">How often it happened in the last minute; null where that is not counted.</param>
/// <param name="Limit">How often it may happen; null is no limit.</param>
public sealed record RateLine(string Name, int? Used, RateLimit? Limit);
