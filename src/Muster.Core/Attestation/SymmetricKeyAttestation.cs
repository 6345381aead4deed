using Muster.Core.Secrets;

namespace Muster.Core.Attestation;

/// <summary>Symmetric keys: an individual's own, or a group's from which device keys are derived (behaviour B-6).</summary>
/// <param name="Keys">The pair; a token signed with either is accepted.</param>
public sealed record SymmetricKeyAttestation(SymmetricKeyPair Keys) : AttestationMechanism
{
    /// <inheritdoc/>
    public override AttestationType Type => AttestationType.SymmetricKey;
}
