namespace Muster.Core.Networking;

/// <summary>Whether an address may pass.</summary>
/// <param name="IsAllowed">The verdict.</param>
/// <param name="Rule">The rule that decided; null when it was the mode or no rule matched.</param>
/// <param name="Reason">A sentence for the operator; callers who are refused never see it.</param>
public sealed record NetworkVerdict(bool IsAllowed, IpFilterRule? Rule, string Reason);
