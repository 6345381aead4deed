using Muster.Core.Activity;
using Muster.Core.Attestation;
using Muster.Core.Certificates;
using Muster.Core.Enrollments;
using Muster.Core.Hubs;
using Muster.Core.Instances;
using Muster.Core.Queries;
using Muster.Core.Quotas;
using Muster.Core.Registration;

namespace Muster.Core.Store;

/// <summary>
/// The store port: small reads, and one commit that takes all writes of a step or none. A commit that returned
/// <see cref="CommitOutcome.Committed"/> survives kill -9 and power loss. IDs are looked up without case. Reads see every commit that
/// completed before they began. Failures of the engine are exceptions.
/// </summary>
public interface IProvisioningStore
{
    /// <summary>All instances, oldest first.</summary>
    Task<IReadOnlyList<ProvisioningInstance>> ListInstancesAsync(CancellationToken cancellationToken);

    /// <summary>The last use of every key of every access policy that was used and is still there; names in any case.</summary>
    Task<IReadOnlyList<PolicyKeyUse>> ListPolicyKeyUsesAsync(CancellationToken cancellationToken);

    /// <summary>One enrollment, or null.</summary>
    Task<Enrollment?> FindEnrollmentAsync(string instanceName, EnrollmentKind kind, string id, CancellationToken cancellationToken);

    /// <summary>Enrollments of a kind ordered by ID without case, those after <paramref name="afterId"/> (null = from the start), at most <paramref name="limit"/>.</summary>
    Task<IReadOnlyList<Enrollment>> ListEnrollmentsAsync(
        string instanceName, EnrollmentKind kind, string? afterId, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// One page of the enrollments of a kind that a query selects. The store's own engine filters and orders them; items that no
    /// index leads to cost their reading, not their transport.
    /// </summary>
    /// <param name="instanceName">The instance.</param>
    /// <param name="kind">Individual or group.</param>
    /// <param name="query">The query, with members of that kind.</param>
    /// <param name="after">The <see cref="QueryPage{T}.Next"/> of the page before; null for the first page.</param>
    /// <param name="limit">Most items of the page, at least 1.</param>
    /// <param name="cancellationToken">Interrupts the engine.</param>
    Task<QueryPage<Enrollment>> QueryEnrollmentsAsync(
        string instanceName, EnrollmentKind kind, Query query, QueryPosition? after, int limit, CancellationToken cancellationToken);

    /// <summary>One page of the records that a query selects, as <see cref="QueryEnrollmentsAsync"/> does.</summary>
    /// <param name="instanceName">The instance.</param>
    /// <param name="enrollmentGroupId">Only records made through this group, which may be deleted; null for all records.</param>
    /// <param name="query">The query, with members of records.</param>
    /// <param name="after">The <see cref="QueryPage{T}.Next"/> of the page before; null for the first page.</param>
    /// <param name="limit">Most items of the page, at least 1.</param>
    /// <param name="cancellationToken">Interrupts the engine.</param>
    Task<QueryPage<RegistrationRecord>> QueryRegistrationsAsync(
        string instanceName,
        string? enrollmentGroupId,
        Query query,
        QueryPosition? after,
        int limit,
        CancellationToken cancellationToken);

    /// <summary>All groups of a mechanism, oldest first.</summary>
    Task<IReadOnlyList<EnrollmentGroup>> ListGroupsAsync(string instanceName, AttestationType type, CancellationToken cancellationToken);

    /// <summary>A number that changes whenever a group of the instance is written or deleted, so that indexes over groups know when they are stale.</summary>
    ValueTask<long> GetGroupsRevisionAsync(string instanceName, CancellationToken cancellationToken);

    /// <summary>One registration record, or null.</summary>
    Task<RegistrationRecord?> FindRegistrationAsync(string instanceName, string registrationId, CancellationToken cancellationToken);

    /// <summary>Records made through a group, also one that no longer exists, ordered and paged as enrollments are.</summary>
    Task<IReadOnlyList<RegistrationRecord>> ListGroupRegistrationsAsync(
        string instanceName, string enrollmentGroupId, string? afterId, int limit, CancellationToken cancellationToken);

    /// <summary>All records in state assigning, of every instance.</summary>
    Task<IReadOnlyList<RegistrationRecord>> ListUnfinishedRegistrationsAsync(CancellationToken cancellationToken);

    /// <summary>How much an instance holds of what its quotas count; read off counters, whatever the numbers are.</summary>
    Task<InstanceUsage> GetUsageAsync(string instanceName, CancellationToken cancellationToken);

    /// <summary>How registrations ended in an instance, in stretches that begin at <paramref name="fromUtc"/> or later; instance in lower case.</summary>
    Task<IReadOnlyList<ActivityCount>> ListActivityAsync(string instanceName, DateTimeOffset fromUtc, CancellationToken cancellationToken);

    /// <summary>All linked hubs of an instance, ordered by host name.</summary>
    Task<IReadOnlyList<LinkedHub>> ListLinkedHubsAsync(string instanceName, CancellationToken cancellationToken);

    /// <summary>One CA certificate, or null.</summary>
    Task<CaCertificate?> FindCaCertificateAsync(string instanceName, string name, CancellationToken cancellationToken);

    /// <summary>All CA certificates of an instance, ordered by name without case.</summary>
    Task<IReadOnlyList<CaCertificate>> ListCaCertificatesAsync(string instanceName, CancellationToken cancellationToken);

    /// <summary>A number that changes whenever a CA certificate of the instance is written or deleted.</summary>
    ValueTask<long> GetCaCertificatesRevisionAsync(string instanceName, CancellationToken cancellationToken);

    /// <summary>Certificates of enrollments whose validity ends at or before <paramref name="until"/>, the earliest end first.</summary>
    Task<IReadOnlyList<ExpiringCertificate>> ListExpiringEnrolledCertificatesAsync(
        string instanceName, DateTimeOffset until, int limit, CancellationToken cancellationToken);

    /// <summary>How many certificates of enrollments end at or before <paramref name="until"/>.</summary>
    Task<long> CountExpiringEnrolledCertificatesAsync(string instanceName, DateTimeOffset until, CancellationToken cancellationToken);
    /// <summary>Identities to delete, of one instance or of all (null), next attempt first, at most <paramref name="limit"/>.</summary>
    Task<IReadOnlyList<HubCleanup>> ListHubCleanupsAsync(string? instanceName, int limit, CancellationToken cancellationToken);

    /// <summary>One identity to delete, or null. Device IDs compare by case.</summary>
    Task<HubCleanup?> FindHubCleanupAsync(
        string instanceName, string hubHostName, string deviceId, CancellationToken cancellationToken);

    /// <summary>Attempt traces, newest first. Attempts with an unknown ID scope belong to the instance name <c>""</c>.</summary>
    Task<IReadOnlyList<AttemptTrace>> ListAttemptTracesAsync(
        string instanceName, AttemptTraceFilter filter, CancellationToken cancellationToken);

    /// <summary>Commits all changes in one transaction, in order, or none.</summary>
    Task<CommitOutcome> CommitAsync(IReadOnlyList<StoreChange> changes, CancellationToken cancellationToken);
}
