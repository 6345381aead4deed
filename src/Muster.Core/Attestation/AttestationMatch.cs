using Muster.Core.Attestation.Tpm;
using Muster.Core.Enrollments;
using Muster.Core.Hubs;

namespace Muster.Core.Attestation;

/// <summary>A verified device.</summary>
/// <param name="Enrollment">The enrollment that admits it, enabled or not.</param>
/// <param name="Credential">What it will authenticate with at its hub.</param>
public sealed record AttestationMatch(Enrollment Enrollment, HubCredential Credential)
{
    /// <summary>The TPM that proved itself: its hub key is wrapped for it in each answer. Null for other mechanisms.</summary>
    public TpmKeys? TpmKeys { get; init; }
}
