namespace Muster.Core.Attestation;

/// <summary>X.509 by names of the instance's CA certificates; at least one is given (service-api S-6.7).</summary>
/// <param name="Primary">The primary CA certificate's name.</param>
/// <param name="Secondary">The secondary CA certificate's name.</param>
public sealed record X509CaReferenceAttestation(string? Primary, string? Secondary) : AttestationMechanism
{
    /// <inheritdoc/>
    public override AttestationType Type => AttestationType.X509;
}
