using Muster.Core.Activity;
using Muster.Core.Attestation;
using Muster.Core.Audit;
using Muster.Core.Certificates;
using Muster.Core.Enrollments;
using Muster.Core.Hubs;
using Muster.Core.Instances;
using Muster.Core.Queries;
using Muster.Core.Quotas;
using Muster.Core.Registration;
using Muster.Core.Store;

namespace Muster.Core.Tests.Enrollments;

/// <summary>A store in memory with the conditions of the real one; a hook stands in for another process that writes first.</summary>
internal sealed class StoreDouble : IProvisioningStore
{
    private readonly Lock _mutex = new();
    private readonly Dictionary<(EnrollmentKind Kind, string Id), Enrollment> _enrollments = [];
    private readonly Dictionary<string, RegistrationRecord> _records = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, ProvisioningInstance> _instances = new(StringComparer.OrdinalIgnoreCase);

    private readonly Dictionary<string, CaCertificate> _authorities = new(StringComparer.OrdinalIgnoreCase);
    private long _revision;

    public List<LinkedHub> Hubs { get; } = [];

    public List<AuditEntry> Audit { get; } = [];

    public List<ActivityCount> Activity { get; } = [];

    /// <summary>Runs once, before the next commit.</summary>
    public Action? BeforeNextCommit { get; set; }

    public int Commits { get; private set; }

    public void Overwrite(Enrollment enrollment)
    {
        _enrollments[(enrollment.Kind, enrollment.Id.ToUpperInvariant())] = enrollment;
        Interlocked.Increment(ref _revision);
    }

    public void Overwrite(CaCertificate authority)
    {
        _authorities[authority.Name] = authority;
        Interlocked.Increment(ref _revision);
    }

    public void Overwrite(ProvisioningInstance instance) => _instances[instance.Name] = instance;

    public void Overwrite(RegistrationRecord record) => _records[record.RegistrationId] = record;

    public void Remove(EnrollmentKind kind, string id)
    {
        _enrollments.Remove((kind, id.ToUpperInvariant()));
        Interlocked.Increment(ref _revision);
    }

    public void RemoveAuthority(string name)
    {
        _authorities.Remove(name);
        Interlocked.Increment(ref _revision);
    }

    public Task<IReadOnlyList<ProvisioningInstance>> ListInstancesAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ProvisioningInstance>>([.. _instances.Values]);

    public List<PolicyKeyUse> KeyUses { get; } = [];

    public Task<IReadOnlyList<PolicyKeyUse>> ListPolicyKeyUsesAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<PolicyKeyUse>>([.. KeyUses]);

    public Task<Enrollment?> FindEnrollmentAsync(string instanceName, EnrollmentKind kind, string id, CancellationToken cancellationToken)
    {
        lock (_mutex) return Task.FromResult(_enrollments.GetValueOrDefault((kind, id.ToUpperInvariant())));
    }

    public Task<IReadOnlyList<Enrollment>> ListEnrollmentsAsync(
        string instanceName, EnrollmentKind kind, string? afterId, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Enrollment>>([.. _enrollments.Values
            .Where(enrollment => enrollment.Kind == kind)
            .OrderBy(enrollment => enrollment.Id.ToUpperInvariant(), StringComparer.Ordinal)
            .Where(enrollment => afterId is null || string.CompareOrdinal(enrollment.Id.ToUpperInvariant(), afterId.ToUpperInvariant()) > 0)
            .Take(limit)]);

    public Task<QueryPage<Enrollment>> QueryEnrollmentsAsync(
        string instanceName, EnrollmentKind kind, Query query, QueryPosition? after, int limit, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<QueryPage<RegistrationRecord>> QueryRegistrationsAsync(
        string instanceName,
        string? enrollmentGroupId,
        Query query,
        QueryPosition? after,
        int limit,
        CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<EnrollmentGroup>> ListGroupsAsync(
        string instanceName, AttestationType type, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<EnrollmentGroup>>([.. _enrollments.Values.OfType<EnrollmentGroup>()
            .Where(group => group.Attestation.Type == type).OrderBy(group => group.CreatedUtc)]);

    public ValueTask<long> GetGroupsRevisionAsync(string instanceName, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Interlocked.Read(ref _revision));

    public Task<CaCertificate?> FindCaCertificateAsync(string instanceName, string name, CancellationToken cancellationToken) =>
        Task.FromResult(_authorities.GetValueOrDefault(name));

    public Task<IReadOnlyList<CaCertificate>> ListCaCertificatesAsync(string instanceName, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<CaCertificate>>([.. _authorities.Values]);

    public ValueTask<long> GetCaCertificatesRevisionAsync(string instanceName, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Interlocked.Read(ref _revision));

    public Task<IReadOnlyList<ExpiringCertificate>> ListExpiringEnrolledCertificatesAsync(
        string instanceName, DateTimeOffset until, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ExpiringCertificate>>([.. Expiring(until).OrderBy(certificate => certificate.NotAfterUtc).Take(limit)]);

    public Task<long> CountExpiringEnrolledCertificatesAsync(string instanceName, DateTimeOffset until, CancellationToken cancellationToken) =>
        Task.FromResult(Expiring(until).LongCount());

    public Task<RegistrationRecord?> FindRegistrationAsync(string instanceName, string registrationId,
        CancellationToken cancellationToken) =>
        Task.FromResult(_records.GetValueOrDefault(registrationId));

    public Task<IReadOnlyList<RegistrationRecord>> ListGroupRegistrationsAsync(
        string instanceName, string enrollmentGroupId, string? afterId, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<RegistrationRecord>>([.. _records.Values
            .Where(record => record.EnrollmentKind == EnrollmentKind.Group && record.EnrollmentId == enrollmentGroupId)
            .OrderBy(record => record.RegistrationId, StringComparer.OrdinalIgnoreCase)
            .Where(record => afterId is null || StringComparer.OrdinalIgnoreCase.Compare(record.RegistrationId, afterId) > 0)
            .Take(limit)]);

    public Task<IReadOnlyList<RegistrationRecord>> ListUnfinishedRegistrationsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<RegistrationRecord>>([]);

    public Task<InstanceUsage> GetUsageAsync(string instanceName, CancellationToken cancellationToken) =>
        Task.FromResult(new InstanceUsage(
            _enrollments.Values.Count(enrollment => enrollment.Kind == EnrollmentKind.Individual), 0, 0, _records.Count));

    public Task<IReadOnlyList<ActivityCount>> ListActivityAsync(
        string instanceName, DateTimeOffset fromUtc, CancellationToken cancellationToken)
    {
        lock (_mutex)
            return Task.FromResult<IReadOnlyList<ActivityCount>>([.. Activity.Where(count => count.InstanceName == instanceName && count.StartUtc >= fromUtc)]);
    }

    public Task<IReadOnlyList<LinkedHub>> ListLinkedHubsAsync(string instanceName, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<LinkedHub>>(Hubs);

    public Task<IReadOnlyList<HubCleanup>> ListHubCleanupsAsync(string? instanceName, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<HubCleanup>>([]);

    public Task<HubCleanup?> FindHubCleanupAsync(
        string instanceName, string hubHostName, string deviceId, CancellationToken cancellationToken) =>
        Task.FromResult<HubCleanup?>(null);

    public Task<IReadOnlyList<AttemptTrace>> ListAttemptTracesAsync(
        string instanceName, AttemptTraceFilter filter, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<AttemptTrace>>([]);

    public async Task<CommitOutcome> CommitAsync(IReadOnlyList<StoreChange> changes, CancellationToken cancellationToken)
    {
        await Task.Yield();
        lock (_mutex)
        {
            var hook = BeforeNextCommit;
            BeforeNextCommit = null;
            hook?.Invoke();
            Commits++;
            if (changes.OfType<RequireQuota>().Any(quota => Count(quota.Entity) >= quota.Limit)) return CommitOutcome.QuotaReached;
            if (!changes.All(Holds)) return CommitOutcome.Conflict;
            foreach (var change in changes) Apply(change);
            return CommitOutcome.Committed;
        }
    }

    private IEnumerable<ExpiringCertificate> Expiring(DateTimeOffset until) =>
        from enrollment in _enrollments.Values
        from certificate in enrollment.Attestation is X509CertificateAttestation x509 ? new[] { x509.Primary, x509.Secondary } : []
        where certificate is not null && certificate.Info.NotAfterUtc <= until
        select new ExpiringCertificate(enrollment.Kind, enrollment.Id, certificate.Info.Sha256Thumbprint, certificate.Info.NotAfterUtc);

    private int Count(CountedEntity entity) => entity switch
    {
        CountedEntity.LinkedHub => Hubs.Count,
        CountedEntity.CaCertificate => _authorities.Count,
        CountedEntity.Registration => _records.Count,
        _ => _enrollments.Count,
    };

    private bool Holds(StoreChange change) => change switch
    {
        DeleteInstance => true,
        PutInstance put => _instances.GetValueOrDefault(put.Instance.Name)?.ETag == put.IfETag,
        PutEnrollment put => _enrollments.GetValueOrDefault((put.Enrollment.Kind,
            put.Enrollment.Id.ToUpperInvariant()))?.ETag == put.IfETag,
        DeleteEnrollment delete => delete.IfETag is null
            || _enrollments.GetValueOrDefault((delete.Kind, delete.Id.ToUpperInvariant()))?.ETag == delete.IfETag,
        PutCaCertificate put => _authorities.GetValueOrDefault(put.Certificate.Name)?.ETag == put.IfETag,
        DeleteCaCertificate delete => delete.IfETag is null || _authorities.GetValueOrDefault(delete.Name)?.ETag == delete.IfETag,
        PutLinkedHub put => Hubs.Find(hub => hub.HostName.Equals(put.Hub.HostName, StringComparison.OrdinalIgnoreCase))?.ETag == put.IfETag,
        DeleteLinkedHub => true,
        DeleteRegistration delete => delete.IfETag is null || _records.GetValueOrDefault(delete.RegistrationId)?.ETag == delete.IfETag,
        RequireQuota or AppendAuditEntry or PutPolicyKeyUse or AddActivity or DropActivity => true,
        _ => throw new InvalidOperationException(change.GetType().Name),
    };

    private void Apply(StoreChange change)
    {
        switch (change)
        {
            case PutPolicyKeyUse put: KeyUses.Add(put.Use); break;
            case AddActivity add:
                var old = Activity.Find(count => count with { Count = 0 } == add.Count with { Count = 0 });
                Activity.RemoveAll(count => count == old);
                Activity.Add(add.Count with { Count = add.Count.Count + (old?.Count ?? 0) });
                break;
            case DropActivity drop: Activity.RemoveAll(count => count.StartUtc <= drop.UntilUtc); break;
            case DeleteInstance delete: _instances.Remove(delete.Name); break;
            case PutInstance put: Overwrite(put.Instance); break;
            case PutEnrollment put: Overwrite(put.Enrollment); break;
            case DeleteEnrollment delete: Remove(delete.Kind, delete.Id); break;
            case AppendAuditEntry append: Audit.Add(append.Entry); break;
            case PutCaCertificate put: Overwrite(put.Certificate); break;
            case DeleteCaCertificate delete: RemoveAuthority(delete.Name); break;
            case PutLinkedHub put:
                Hubs.RemoveAll(hub => hub.HostName.Equals(put.Hub.HostName, StringComparison.OrdinalIgnoreCase));
                Hubs.Add(put.Hub);
                break;
            case DeleteLinkedHub delete:
                Hubs.RemoveAll(hub => hub.HostName.Equals(delete.HostName, StringComparison.OrdinalIgnoreCase));
                break;
            case DeleteRegistration delete: _records.Remove(delete.RegistrationId); break;
        }
    }
}
