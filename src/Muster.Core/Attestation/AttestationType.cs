namespace Muster.Core.Attestation;

/// <summary>The attestation mechanisms (service-api S-6.3).</summary>
public enum AttestationType
{
    /// <summary>A shared key that signs tokens.</summary>
    SymmetricKey,

    /// <summary>A client certificate in the TLS handshake.</summary>
    X509,

    /// <summary>A trusted platform module, known by its endorsement key.</summary>
    Tpm,
}
