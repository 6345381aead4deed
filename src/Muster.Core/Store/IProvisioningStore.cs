using Muster.Core.Attestation;
using Muster.Core.Enrollments;
using Muster.Core.Hubs;
using Muster.Core.Instances;
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

    /// <summary>One enrollment, or null.</summary>
    Task<Enrollment?> FindEnrollmentAsync(string instanceName, EnrollmentKind kind, string id, CancellationToken cancellationToken);

    /// <summary>Enrollments of a kind ordered by ID without case, those after <paramref name="afterId"/> (null = from the start), at most <paramref name="limit"/>.</summary>
    Task<IReadOnlyList<Enrollment>> ListEnrollmentsAsync(
        string instanceName, EnrollmentKind kind, string? afterId, int limit, CancellationToken cancellationToken);

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

    /// <summary>All linked hubs of an instance, ordered by host name.</summary>
    Task<IReadOnlyList<LinkedHub>> ListLinkedHubsAsync(string instanceName, CancellationToken cancellationToken);

    /// <summary>Attempt traces, newest first. Attempts with an unknown ID scope belong to the instance name <c>""</c>.</summary>
    Task<IReadOnlyList<AttemptTrace>> ListAttemptTracesAsync(
        string instanceName, AttemptTraceFilter filter, CancellationToken cancellationToken);

    /// <summary>Commits all changes in one transaction, in order, or none.</summary>
    Task<CommitOutcome> CommitAsync(IReadOnlyList<StoreChange> changes, CancellationToken cancellationToken);
}
