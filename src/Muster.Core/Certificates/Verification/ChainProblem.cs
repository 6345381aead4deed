namespace Muster.Core.Certificates.Verification;

/// <summary>Why a chain does not go on, or may not be used.</summary>
/// <param name="Check">The check that failed, a short phrase.</param>
/// <param name="Detail">A sentence that names the element and what to do.</param>
/// <param name="IsRuleBroken">Whether a rule for certificates was broken; else a certificate is missing or not what its name says.</param>
public sealed record ChainProblem(string Check, string Detail, bool IsRuleBroken);
