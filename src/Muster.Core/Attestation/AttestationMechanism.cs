using System.Text.Json.Serialization;

namespace Muster.Core.Attestation;

/// <summary>How devices of an enrollment prove who they are, with what is stored to check it.</summary>
[JsonDerivedType(typeof(SymmetricKeyAttestation), "symmetricKey")]
[JsonDerivedType(typeof(TpmAttestation), "tpm")]
[JsonDerivedType(typeof(X509CertificateAttestation), "x509")]
[JsonDerivedType(typeof(X509CaReferenceAttestation), "x509CaReferences")]
public abstract record AttestationMechanism
{
    /// <summary>The mechanism's type; it never changes during an enrollment's life (behaviour B-7.2).</summary>
    [JsonIgnore]
    public abstract AttestationType Type { get; }
}
