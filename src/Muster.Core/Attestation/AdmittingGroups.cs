using Muster.Core.Certificates;
using Muster.Core.Certificates.Verification;
using Muster.Core.Enrollments;
using Muster.Core.Store;

namespace Muster.Core.Attestation;

/// <summary>
/// Tells which enabled groups would still admit the devices of an enrollment if it were not there (portal P5): groups of a certificate
/// above its own, as far as the instance holds the certificates between; groups whose key gives its devices theirs. A TPM is admitted by
/// nothing else.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="trust">The certificates of the instance.</param>
/// <param name="signatures">Verifies signatures and remembers them.</param>
/// <param name="options">What is decided about chains.</param>
public sealed class AdmittingGroups(IProvisioningStore store, X509TrustIndex trust, SignatureChecker signatures, X509Options options)
{
    // Devices send the certificates between, so those that are held count here whatever a chain without them is worth.
    private readonly ChainVerifier _chains = new(signatures, options with { UseStoredCertificates = true });

    /// <summary>The groups, by name; empty when there is none.</summary>
    public async Task<IReadOnlyList<EnrollmentGroup>> FindAsync(Enrollment enrollment, CancellationToken cancellationToken)
    {
        var found = enrollment.Attestation switch
        {
            SymmetricKeyAttestation own => await FindByKeyAsync(enrollment, own, cancellationToken),
            X509CertificateAttestation own => await FindAboveAsync(enrollment.InstanceName, [own.Primary, own.Secondary], cancellationToken),
            X509CaReferenceAttestation own => await FindAboveAsync(
                enrollment.InstanceName,
                [await CertificateOfAsync(enrollment.InstanceName, own.Primary, cancellationToken), await CertificateOfAsync(enrollment.InstanceName, own.Secondary, cancellationToken)],
                cancellationToken),
            _ => [],
        };
        return
        [
            .. found.Where(group => group.IsEnabled && !(enrollment.Kind == EnrollmentKind.Group && group.Id.Equals(enrollment.Id, StringComparison.OrdinalIgnoreCase)))
                .DistinctBy(group => group.Id, StringComparer.OrdinalIgnoreCase).OrderBy(group => group.Id, StringComparer.OrdinalIgnoreCase),
        ];
    }

    private async Task<IEnumerable<EnrollmentGroup>> FindByKeyAsync(Enrollment enrollment, SymmetricKeyAttestation own, CancellationToken cancellationToken)
    {
        var keys = KeysOf(own);
        var groups = await store.ListGroupsAsync(enrollment.InstanceName, AttestationType.SymmetricKey, cancellationToken);
        return groups.Where(group => group.Attestation is SymmetricKeyAttestation other && KeysOf(other)
            .Select(key => enrollment.Kind == EnrollmentKind.Group ? key : SymmetricKeyDerivation.Derive(key, enrollment.Id))
            .Any(keys.Contains));
    }

    private async Task<IEnumerable<EnrollmentGroup>> FindAboveAsync(
        string instanceName, IEnumerable<EnrolledCertificate?> certificates, CancellationToken cancellationToken)
    {
        var held = await trust.GetAsync(instanceName, cancellationToken);
        var found = new List<EnrollmentGroup>();
        foreach (var certificate in certificates)
        {
            if (certificate is null || !CertificateDecoder.TryDecode(Convert.FromBase64String(certificate.Der), out var decoded, out _)) continue;
            found.AddRange(held.Find(decoded!.Identity)?.Groups ?? []);
            foreach (var path in _chains.Search(decoded, [], held).Paths)
                found.AddRange(path.SelectMany(element => element.Held?.Groups ?? []));
        }

        return found;
    }

    private async Task<EnrolledCertificate?> CertificateOfAsync(string instanceName, string? name, CancellationToken cancellationToken) =>
        string.IsNullOrEmpty(name) ? null : (await store.FindCaCertificateAsync(instanceName, name, cancellationToken))?.Certificate;

    private static HashSet<string> KeysOf(SymmetricKeyAttestation attestation) =>
        [attestation.Keys.Primary.Reveal(), attestation.Keys.Secondary.Reveal()];
}
