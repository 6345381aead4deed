using Muster.Core.Attestation;
using Muster.Core.Certificates;
using Muster.Core.Errors;
using Muster.Core.Secrets;

namespace Muster.Core.Enrollments;

/// <summary>
/// Makes the attestation that is stored from the one that is stored already and the one that a caller asks for. A fetched
/// enrollment that is sent back changes nothing: absent keys are kept, a certificate slot with only <c>info</c> keeps its
/// certificate (service-api S-6.5, S-6.7; behaviour B-7.1).
/// </summary>
public static class CredentialMerge
{
    /// <summary>Merges <paramref name="requested"/>, which passed <see cref="EnrollmentRules"/>, into <paramref name="stored"/>.</summary>
    /// <param name="stored">The present attestation; null on create.</param>
    /// <param name="requested">What the caller asks for.</param>
    /// <returns>The new attestation, or a refusal: another type, a slot whose thumbprint is unknown, both slots empty.</returns>
    public static Result<AttestationMechanism> Merge(AttestationMechanism? stored, AttestationDefinition requested)
    {
        if (stored is not null && stored.Type != requested.Type)
        {
            return Refusals.InvalidMember(
                "attestation.type", "it cannot change during an enrollment's life; delete the enrollment and create it anew.");
        }

        return requested.Type switch
        {
            AttestationType.SymmetricKey => MergeKeys((stored as SymmetricKeyAttestation)?.Keys, requested.SymmetricKey),
            AttestationType.Tpm => new TpmAttestation(requested.Tpm?.EndorsementKey ?? "", TextOrNull(requested.Tpm?.StorageRootKey)),
            _ => MergeX509(stored as X509CertificateAttestation, requested.X509 ?? new X509Definition()),
        };
    }

    private static Result<AttestationMechanism> MergeKeys(SymmetricKeyPair? stored, SymmetricKeyDefinition? requested) =>
        new SymmetricKeyAttestation(new SymmetricKeyPair(
            Given(requested?.Primary) ?? stored?.Primary ?? SymmetricKeyPair.GenerateKey(),
            Given(requested?.Secondary) ?? stored?.Secondary ?? SymmetricKeyPair.GenerateKey()));

    private static Secret? Given(Secret? key) => key is null || key.Reveal().Length == 0 ? null : key;

    private static string? TextOrNull(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static Result<AttestationMechanism> MergeX509(X509CertificateAttestation? stored, X509Definition requested)
    {
        if (requested.CaReferences is { } references)
            return new X509CaReferenceAttestation(TextOrNull(references.Primary), TextOrNull(references.Secondary));

        var use = requested.ClientCertificates is null ? X509CertificateUse.Signing : X509CertificateUse.Client;
        var slots = requested.ClientCertificates ?? requested.SigningCertificates ?? new X509SlotsDefinition(null, null);
        var path = use == X509CertificateUse.Client ? "attestation.x509.clientCertificates" : "attestation.x509.signingCertificates";

        if (!TryFill(slots.Primary, stored?.Primary, stored?.Secondary, out var primary)) return UnknownSlot(path + ".primary");
        if (!TryFill(slots.Secondary, stored?.Secondary, stored?.Primary, out var secondary)) return UnknownSlot(path + ".secondary");
        return new X509CertificateAttestation(use, primary, secondary);
    }

    // The thumbprint decides, the same slot first: a caller may have swapped the two.
    private static bool TryFill(
        X509SlotDefinition? requested, EnrolledCertificate? sameSlot, EnrolledCertificate? otherSlot, out EnrolledCertificate? filled)
    {
        filled = null;
        if (requested is null) return true;
        filled = requested.Certificate ?? (Matches(requested, sameSlot) ? sameSlot : Matches(requested, otherSlot) ? otherSlot : null);
        return filled is not null;
    }

    private static bool Matches(X509SlotDefinition requested, EnrolledCertificate? stored)
    {
        if (stored is null || (requested.Sha1Thumbprint is null && requested.Sha256Thumbprint is null)) return false;
        return Same(requested.Sha256Thumbprint, stored.Info.Sha256Thumbprint) && Same(requested.Sha1Thumbprint, stored.Info.Sha1Thumbprint);

        static bool Same(string? given, string known) => given is null || given.Equals(known, StringComparison.OrdinalIgnoreCase);
    }

    private static Refusal UnknownSlot(string path) =>
        Refusals.InvalidMember(path, "it needs a 'certificate', or the 'info' of a certificate that this enrollment holds already.");
}
