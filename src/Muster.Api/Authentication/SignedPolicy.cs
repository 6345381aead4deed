using Muster.Core.Instances;

namespace Muster.Api.Authentication;

/// <summary>Which policy, and which of its keys, signed a request that is let in.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="IsPrimary">Whether its primary key signed; where both keys are the same it counts as the primary one.</param>
public sealed record SignedPolicy(AccessPolicy Policy, bool IsPrimary);
