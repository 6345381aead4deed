namespace Muster.Core.Attestation;

/// <summary>What a device presented to prove itself.</summary>
public abstract record AttestationEvidence
{
    /// <summary>The mechanism it belongs to.</summary>
    public abstract AttestationType Type { get; }
}
