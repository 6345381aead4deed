using Muster.Core.Attestation;
using Muster.Core.Certificates;
using Muster.Core.Secrets;

namespace Muster.Core.Enrollments;

#pragma warning disable MA0048 // The parts of a definition read best together.

/// <summary>The attestation mechanism that a caller asks for (service-api S-6.3). Only the part of its type may be given.</summary>
public sealed record AttestationDefinition
{
    /// <summary>The mechanism.</summary>
    public required AttestationType Type { get; init; }

    /// <summary>Keys; absent ones are kept, or made by the service.</summary>
    public SymmetricKeyDefinition? SymmetricKey { get; init; }

    /// <summary>The TPM's public areas.</summary>
    public TpmDefinition? Tpm { get; init; }

    /// <summary>Certificates, or names of CA certificates.</summary>
    public X509Definition? X509 { get; init; }
}

/// <summary>Symmetric keys as a caller gives them (service-api S-6.5).</summary>
/// <param name="Primary">Base64 of 16 to 64 bytes; null or empty counts as absent.</param>
/// <param name="Secondary">Likewise.</param>
public sealed record SymmetricKeyDefinition(Secret? Primary, Secret? Secondary);

/// <summary>A TPM as a caller gives it (service-api S-6.6).</summary>
/// <param name="EndorsementKey">Base64 of a TPM2B_PUBLIC; required.</param>
/// <param name="StorageRootKey">Base64 of a TPM2B_PUBLIC.</param>
public sealed record TpmDefinition(string? EndorsementKey, string? StorageRootKey);

/// <summary>X.509 as a caller gives it: exactly one of the three (service-api S-6.7).</summary>
public sealed record X509Definition
{
    /// <summary>The device's own leaf certificates.</summary>
    public X509SlotsDefinition? ClientCertificates { get; init; }

    /// <summary>Root or intermediate certificates of a group.</summary>
    public X509SlotsDefinition? SigningCertificates { get; init; }

    /// <summary>Names of the instance's CA certificates.</summary>
    public CaReferencesDefinition? CaReferences { get; init; }
}

/// <summary>Two certificate slots; an absent one is cleared.</summary>
/// <param name="Primary">The primary slot.</param>
/// <param name="Secondary">The secondary slot.</param>
public sealed record X509SlotsDefinition(X509SlotDefinition? Primary, X509SlotDefinition? Secondary);

/// <summary>One slot: a new certificate, or the thumbprints of a stored one that stays.</summary>
/// <param name="Certificate">The new certificate; it wins over the thumbprints.</param>
/// <param name="Sha1Thumbprint">From the <c>info</c> that the caller sent back, in any case.</param>
/// <param name="Sha256Thumbprint">Likewise.</param>
public sealed record X509SlotDefinition(EnrolledCertificate? Certificate, string? Sha1Thumbprint = null, string? Sha256Thumbprint = null);

/// <summary>Names of CA certificates; at least one is needed.</summary>
/// <param name="Primary">The primary CA certificate's name.</param>
/// <param name="Secondary">The secondary CA certificate's name.</param>
public sealed record CaReferencesDefinition(string? Primary, string? Secondary);
