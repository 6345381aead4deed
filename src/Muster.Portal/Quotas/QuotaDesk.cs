using System.Globalization;
using Muster.Core.Attestation;
using Muster.Core.Certificates.Verification;
using Muster.Core.Enrollments;
using Muster.Core.Errors;
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
/// <param name="limiter">Counts the calls of the last minute.</param>
/// <param name="service">Core's rules for quotas.</param>
/// <param name="time">The clock.</param>
public sealed class QuotaDesk(
    PortalAccess access,
    InstanceDirectory instances,
    IProvisioningStore store,
    IProvisioningSearch search,
    X509Options x509,
    InstanceLimiter limiter,
    QuotaService service,
    TimeProvider time)
{
    /// <summary>Where counting of orphaned records ends.</summary>
    public const long OrphanCap = 100_000;

    /// <summary>How fast an instance is and may be called; none without the right to read.</summary>
    public IReadOnlyList<RateLine> Rates(string instance)
    {
        if (!access.May(PortalRight.Read) || instances.FindByName(instance) is not { } found) return [];
        var (quotas, usage) = (found.Quotas, limiter.LastMinute(found.Name));
        return
        [
            new("Service API operations", usage.ServiceOperations, quotas?.ServiceOperations),
            new("Device registrations", usage.DeviceRegistrations, quotas?.DeviceRegistrations),
            new("Operation lookups of each device", null, quotas?.DevicePolls),
            new("Throttled calls", usage.Throttled, null),
        ];
    }

    /// <summary>The limits as they are.</summary>
    public InstanceQuotas Limits(string instance) => instances.FindByName(instance)?.Quotas ?? InstanceQuotas.Unlimited;

    /// <summary>Why the person cannot change limits now; null when they can.</summary>
    public string? WhyNotChange(string instance) => access.WhyNot(PortalRight.InstanceWrite) ?? service.WhyFixed(instance);

    /// <summary>Why nobody can change limits here; null where the configuration leaves them to the portal.</summary>
    public string? WhyFixed(string instance) => service.WhyFixed(instance);

    /// <summary>Sets limits.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="ifQuotas">What the person saw; null overwrites.</param>
    /// <param name="quotas">The new limits.</param>
    /// <param name="cancellationToken">Gives up before the commit.</param>
    public async Task<Refusal?> SetAsync(string instance, InstanceQuotas? ifQuotas, InstanceQuotas quotas, CancellationToken cancellationToken)
    {
        if (access.Check(PortalRight.InstanceWrite) is { } refused) return refused;
        if (await service.SetAsync(access.Caller, instance, ifQuotas, quotas, cancellationToken) is { } failed) return failed;
        access.Audit("set quotas", instance, instance);
        return null;
    }

    /// <summary>When something reaches its limit if it goes on to grow as it did in the last days; null where nothing tells.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="line">What is counted.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<QuotaForecast?> ForecastAsync(string instance, QuotaLine line, CancellationToken cancellationToken)
    {
        if (line.Limit is null || !access.May(PortalRight.Read) || instances.FindByName(instance) is not { } found) return null;
        var now = time.GetUtcNow();
        var from = DateOnly.FromDateTime(now.UtcDateTime).AddDays(-QuotaForecast.WindowDays);

        // Enrollments of the last days are counted one by one, beside the page.
        var created = line.Grows switch
        {
            CountedEntity.Registration => await search.ListRecordCreationsAsync(found.Name, from, cancellationToken),
            CountedEntity.IndividualEnrollment => await EnrolledAsync(EnrollmentKind.Individual, null),
            CountedEntity.X509Group => await EnrolledAsync(EnrollmentKind.Group, AttestationType.X509),
            CountedEntity.SymmetricKeyGroup => await EnrolledAsync(EnrollmentKind.Group, AttestationType.SymmetricKey),
            _ => [],
        };
        return QuotaForecast.Of(created, line.Used, line.Limit, now);

        Task<IReadOnlyList<DailyCount>> EnrolledAsync(EnrollmentKind kind, AttestationType? type) =>
            Task.Run(() => search.ListEnrollmentCreationsAsync(found.Name, kind, type, from, cancellationToken), cancellationToken);
    }

    /// <summary>How many records no enrollment stands behind any more, up to <see cref="OrphanCap"/>. It reads the records, beside the page.</summary>
    public Task<long> CountOrphanedAsync(string instance, CancellationToken cancellationToken) =>
        access.May(PortalRight.Read) && instances.FindByName(instance) is { } found
            ? Task.Run(() => search.CountRegistrationsAsync(
                found.Name, new RegistrationFilter { OnlyOrphaned = true }, OrphanCap, cancellationToken), cancellationToken)
            : Task.FromResult(0L);

    /// <summary>The line of the records; null without the right to read or for an instance that is gone.</summary>
    public async Task<QuotaLine?> RegistrationsAsync(string instance, CancellationToken cancellationToken) =>
        (await ListAsync(instance, cancellationToken)) is [var first, ..] ? first : null;

    /// <summary>Why no enrollment of a kind and mechanism can be created now; null while there is room (portal 6.C).</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="kind">Individual or group.</param>
    /// <param name="type">The mechanism of a group; null asks whether there is room for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<string?> WhyFullAsync(string instance, EnrollmentKind kind, AttestationType? type, CancellationToken cancellationToken)
    {
        if (!access.May(PortalRight.Read) || instances.FindByName(instance) is not { Quotas: { } quotas } found) return null;
        var usage = await store.GetUsageAsync(found.Name, cancellationToken);
        if (kind == EnrollmentKind.Individual) return Full("individual enrollments", usage.IndividualEnrollments, quotas.IndividualEnrollments);
        var certificates = Full("X.509 enrollment groups", usage.X509Groups, quotas.X509Groups);
        var symmetric = Full("symmetric key enrollment groups", usage.SymmetricKeyGroups, quotas.SymmetricKeyGroups);
        return type switch
        {
            AttestationType.X509 => certificates,
            AttestationType.SymmetricKey => symmetric,
            _ => certificates is null || symmetric is null ? null : $"{certificates} {symmetric}",
        };

        static string? Full(string what, long used, long? limit) =>
            limit is { } most && used >= most ? string.Create(CultureInfo.InvariantCulture, $"All {most:N0} {what} are used.") : null;
    }

    /// <summary>All lines, in the order they show, that of the records first; none without the right to read or for an instance that is gone.</summary>
    public async Task<IReadOnlyList<QuotaLine>> ListAsync(string instance, CancellationToken cancellationToken)
    {
        if (!access.May(PortalRight.Read) || instances.FindByName(instance) is not { } found) return [];
        var page = $"i/{found.Name}";
        var quotas = found.Quotas ?? InstanceQuotas.Unlimited;
        var usage = await store.GetUsageAsync(found.Name, cancellationToken);
        return
        [
            new("Registrations", usage.Registrations, quotas.Registrations, $"{page}/registrations") { Grows = CountedEntity.Registration },
            new("Individual enrollments", usage.IndividualEnrollments, quotas.IndividualEnrollments, $"{page}/enrollments?tab=individual") { Grows = CountedEntity.IndividualEnrollment },
            new("Enrollment groups, X.509", usage.X509Groups, quotas.X509Groups, $"{page}/enrollments?attestation=X509") { Grows = CountedEntity.X509Group },
            new("Enrollment groups, symmetric key", usage.SymmetricKeyGroups, quotas.SymmetricKeyGroups, $"{page}/enrollments?attestation=SymmetricKey") { Grows = CountedEntity.SymmetricKeyGroup },
            new("CA certificates", (await store.ListCaCertificatesAsync(found.Name, cancellationToken)).Count,
                Math.Min(quotas.CaCertificates ?? long.MaxValue, x509.MaxCaCertificates), $"{page}/certificates"),
            new("Linked hubs", (await store.ListLinkedHubsAsync(found.Name, cancellationToken)).Count,
                Math.Min(quotas.LinkedHubs ?? long.MaxValue, LinkedHubRules.MaxHubs), $"{page}/hubs"),
            new("Shared access policies", found.AccessPolicies.Count, AccessPolicyService.MaxPolicies, $"{page}/policies"),
            new("IP filter rules", found.Network?.Rules.Count ?? 0, NetworkRules.MaxRules, $"{page}/networking"),
        ];
    }
}
