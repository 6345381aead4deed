namespace Muster.Core.Registration;

/// <summary>One step of an attempt, in the order taken.</summary>
/// <param name="Check">What was checked, a short phrase.</param>
/// <param name="Passed">Whether it passed.</param>
/// <param name="Detail">A sentence for a technician: expected against presented, and what to do. No secrets.</param>
public sealed record AttemptCheck(string Check, bool Passed, string Detail);
