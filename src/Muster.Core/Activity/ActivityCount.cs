namespace Muster.Core.Activity;

/// <summary>How many registrations of an instance ended in one way within one stretch of time, as it is stored.</summary>
/// <param name="InstanceName">The instance.</param>
/// <param name="StartUtc">When the stretch begins: a multiple of <see cref="ActivityService.BucketLength"/>.</param>
/// <param name="Outcome">How they ended.</param>
/// <param name="HubHostName">The hub of those that were assigned; empty for others.</param>
/// <param name="ErrorCode">
/// The six-digit code of those that failed; 0 for others and for codes beyond <see cref="ActivityService.MaxKinds"/>.
/// </param>
/// <param name="Count">How many, at least 1.</param>
public sealed record ActivityCount(
    string InstanceName, DateTimeOffset StartUtc, ActivityOutcome Outcome, string HubHostName, int ErrorCode, long Count);
