using Muster.Core.Attestation;
using Muster.Core.Certificates.Verification;
using Muster.Core.Enrollments;
using Muster.Core.Hubs;
using Muster.Core.Instances;
using Muster.Core.Networking;
using Muster.Core.Store;
using Muster.Portal.SignIn;

namespace Muster.Portal.Quotas;

/// <summary>How much an instance holds of everything that is counted (portal P16).</summary>
/// <param name="access">Who works here.</param>
/// <param name="instances">The instances.</param>
/// <param name="store">Core's store port.</param>
/// <param name="search">Core's search port.</param>
/// <param name="x509">Holds the limit of CA certificates.</param>
public sealed class QuotaDesk(
    PortalAccess access, InstanceDirectory instances, IProvisioningStore store, IProvisioningSearch search, X509Options x509)
{
    /// <summary>Where counting of records and individual enrollments ends.</summary>
    public const long CountCap = 10_000_000;

    /// <summary>All lines, in the order they show; none without the right to read or for an instance that is gone.</summary>
    public async Task<IReadOnlyList<QuotaLine>> ListAsync(string instance, CancellationToken cancellationToken)
    {
        if (!access.May(PortalRight.Read) || instances.FindByName(instance) is not { } found) return [];
        var page = $"/i/{found.Name}";
        var individual = new EnrollmentFilter { Kind = EnrollmentKind.Individual };
        var records = await search.CountRegistrationsAsync(found.Name, new RegistrationFilter(), CountCap, cancellationToken);
        var orphaned = await search.CountRegistrationsAsync(found.Name, new RegistrationFilter { OnlyOrphaned = true }, CountCap, cancellationToken);
        return
        [
            new("Registrations", records, null, $"{page}/registrations")
            {
                Part = orphaned == 0 ? null : $"of which orphaned {Frame.Counts.About(orphaned, CountCap)}",
                PartLink = $"{page}/registrations?orphaned=true",
            },
            new("Individual enrollments", await search.CountEnrollmentsAsync(found.Name, individual, CountCap, cancellationToken), null, $"{page}/enrollments?tab=individual"),
            new("Enrollment groups, X.509", await GroupsAsync(AttestationType.X509), null, $"{page}/enrollments"),
            new("Enrollment groups, symmetric key", await GroupsAsync(AttestationType.SymmetricKey), null, $"{page}/enrollments"),
            new("CA certificates", (await store.ListCaCertificatesAsync(found.Name, cancellationToken)).Count, x509.MaxCaCertificates, $"{page}/certificates"),
            new("Linked hubs", (await store.ListLinkedHubsAsync(found.Name, cancellationToken)).Count, LinkedHubRules.MaxHubs, $"{page}/hubs"),
            new("Shared access policies", found.AccessPolicies.Count, AccessPolicyService.MaxPolicies, $"{page}/policies"),
            new("IP filter rules", found.Network?.Rules.Count ?? 0, NetworkRules.MaxRules, $"{page}/networking"),
        ];

        Task<long> GroupsAsync(AttestationType type) => search.CountEnrollmentsAsync(found.Name, EnrollmentKind.Group, type, cancellationToken);
    }
}
