using System.Globalization;
using Muster.Core.Certificates.Verification;
using Muster.Core.Hubs;
using Muster.Core.Instances;
using Muster.Core.Networking;
using Muster.Core.Quotas;
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
    /// <summary>Where counting of orphaned records ends.</summary>
    public const long OrphanCap = 100_000;

    /// <summary>How fast an instance may be called, in words; none without the right to read or without such limits.</summary>
    public IReadOnlyList<(string Name, string Limit)> Rates(string instance)
    {
        if (!access.May(PortalRight.Read) || instances.FindByName(instance)?.Quotas is not { } quotas) return [];
        return
        [
            .. new (string Name, RateLimit? Limit)[]
            {
                ("Service API operations", quotas.ServiceOperations),
                ("Device registrations", quotas.DeviceRegistrations),
                ("Operation lookups of each device", quotas.DevicePolls),
            }
            .Where(rate => rate.Limit is not null)
            .Select(rate => (rate.Name, string.Create(
                CultureInfo.InvariantCulture, $"{rate.Limit!.Calls:N0} in {(rate.Limit.Period == TimeSpan.FromMinutes(1) ? "a minute" : $"{rate.Limit.Period.TotalSeconds:0.##} seconds")}"))),
        ];
    }

    /// <summary>All lines, in the order they show; none without the right to read or for an instance that is gone.</summary>
    public async Task<IReadOnlyList<QuotaLine>> ListAsync(string instance, CancellationToken cancellationToken)
    {
        if (!access.May(PortalRight.Read) || instances.FindByName(instance) is not { } found) return [];
        var page = $"/i/{found.Name}";
        var quotas = found.Quotas ?? InstanceQuotas.Unlimited;
        var usage = await store.GetUsageAsync(found.Name, cancellationToken);
        var orphaned = await search.CountRegistrationsAsync(found.Name, new RegistrationFilter { OnlyOrphaned = true }, OrphanCap, cancellationToken);
        return
        [
            new("Registrations", usage.Registrations, quotas.Registrations, $"{page}/registrations")
            {
                Part = orphaned == 0 ? null : $"of which orphaned {Frame.Counts.About(orphaned, OrphanCap)}",
                PartLink = $"{page}/registrations?orphaned=true",
            },
            new("Individual enrollments", usage.IndividualEnrollments, quotas.IndividualEnrollments, $"{page}/enrollments?tab=individual"),
            new("Enrollment groups, X.509", usage.X509Groups, quotas.X509Groups, $"{page}/enrollments?attestation=X509"),
            new("Enrollment groups, symmetric key", usage.SymmetricKeyGroups, quotas.SymmetricKeyGroups, $"{page}/enrollments?attestation=SymmetricKey"),
            new("CA certificates", (await store.ListCaCertificatesAsync(found.Name, cancellationToken)).Count,
                Math.Min(quotas.CaCertificates ?? long.MaxValue, x509.MaxCaCertificates), $"{page}/certificates"),
            new("Linked hubs", (await store.ListLinkedHubsAsync(found.Name, cancellationToken)).Count,
                Math.Min(quotas.LinkedHubs ?? long.MaxValue, LinkedHubRules.MaxHubs), $"{page}/hubs"),
            new("Shared access policies", found.AccessPolicies.Count, AccessPolicyService.MaxPolicies, $"{page}/policies"),
            new("IP filter rules", found.Network?.Rules.Count ?? 0, NetworkRules.MaxRules, $"{page}/networking"),
        ];
    }
}
