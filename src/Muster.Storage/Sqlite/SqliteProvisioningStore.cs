using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;
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
using Muster.Storage.Documents;

namespace Muster.Storage.Sqlite;

/// <summary>
/// The provisioning store over SQLite. Reads run on the caller's thread, from memory as a rule, and return completed tasks; commits
/// wait for the writer, which flushes many at once. Safe for use by many threads.
/// </summary>
public sealed class SqliteProvisioningStore : IProvisioningStore, IAuditLog, IAsyncDisposable
{
    private readonly SqliteReadPool _readers;
    private readonly SqliteWriter _writer;
    private readonly DocumentSerializer _documents;
    private readonly LogPruner _tracePruner;
    private readonly LogPruner _auditPruner;

    // Indexes over groups live in this process's memory as the counters do, so both begin anew together.
    private readonly ConcurrentDictionary<string, long> _groupsRevisions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _caCertificatesRevisions = new(StringComparer.Ordinal);

    private SqliteProvisioningStore(SqliteDatabase database)
    {
        Database = database;
        _readers = database.Readers;
        _writer = database.Writer;
        _documents = new DocumentSerializer(database.Protector);
        _tracePruner = new LogPruner(
            _writer,
            database.Options.MaxAttemptTraces,
            static change => (change as AppendAttemptTrace)?.Trace.InstanceName,
            AttemptTraceSql.DeleteBeyond,
            database.Logger.TracesPruned);
        _auditPruner = new LogPruner(
            _writer,
            database.Options.MaxAuditEntries,
            static change => (change as AppendAuditEntry)?.Entry.InstanceName,
            AuditSql.DeleteBeyond,
            database.Logger.AuditPruned);
    }

    /// <summary>The database, for other stores over it. It is closed with this store.</summary>
    public SqliteDatabase Database { get; }

    /// <summary>Opens the database at <see cref="SqliteStoreOptions.Path"/> and the store over it.</summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="StoreVersionException">The database belongs to another version.</exception>
    /// <exception cref="StoreKeyException">The database's secrets are encrypted with another key.</exception>
    public static async Task<SqliteProvisioningStore> OpenAsync(
        SqliteStoreOptions options, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var store = new SqliteProvisioningStore(await SqliteDatabase.OpenAsync(options, time, loggers, cancellationToken));
        try
        {
            await store._writer.RunAsync(AttemptTraceSql.Count, store._tracePruner.Start, CancellationToken.None);
            await store._writer.RunAsync(AuditSql.Count, store._auditPruner.Start, CancellationToken.None);
            return store;
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<ProvisioningInstance>> ListInstancesAsync(CancellationToken cancellationToken) =>
        Many(_documents.Instance, 0, static (session, _) => InstanceSql.List(session), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<PolicyKeyUse>> ListPolicyKeyUsesAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<IReadOnlyList<PolicyKeyUse>>(cancellationToken);
        return Task.FromResult<IReadOnlyList<PolicyKeyUse>>(_readers.Read(0, static (session, _) => PolicyKeyUseSql.List(session)));
    }

    /// <inheritdoc/>
    public Task<Enrollment?> FindEnrollmentAsync(
        string instanceName, EnrollmentKind kind, string id, CancellationToken cancellationToken) =>
        One(
            _documents.Enrollment,
            (instanceName, kind, id),
            static (session, key) => EnrollmentSql.Find(session, key.instanceName, key.kind, key.id),
            cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Enrollment>> ListEnrollmentsAsync(
        string instanceName, EnrollmentKind kind, string? afterId, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return Many(
            _documents.Enrollment,
            (instanceName, kind, afterId, limit),
            static (session, page) => EnrollmentSql.List(session, page.instanceName, page.kind, page.afterId, page.limit),
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<QueryPage<Enrollment>> QueryEnrollmentsAsync(
        string instanceName, EnrollmentKind kind, Query query, QueryPosition? after, int limit, CancellationToken cancellationToken)
    {
        var subject = kind == EnrollmentKind.Individual ? QuerySubject.Enrollments : QuerySubject.EnrollmentGroups;
        return QueryReading.ReadAsync(
            _readers,
            _documents.Enrollment,
            command =>
            {
                command.Parameters.AddWithValue("@instance", ColumnText.Key(instanceName));
                command.Parameters.AddWithValue("@kind", ColumnText.Of(kind));
                QuerySql.Fill(command, subject, "instance = @instance AND kind = @kind", query, after, limit + 1);
            },
            limit,
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<QueryPage<RegistrationRecord>> QueryRegistrationsAsync(
        string instanceName,
        string? enrollmentGroupId,
        Query query,
        QueryPosition? after,
        int limit,
        CancellationToken cancellationToken) => QueryReading.ReadAsync(
        _readers,
        _documents.Registration,
        command =>
        {
            command.Parameters.AddWithValue("@instance", ColumnText.Key(instanceName));
            var conditions = "instance = @instance";
            if (enrollmentGroupId is not null)
            {
                command.Parameters.AddWithValue("@group", ColumnText.Key(enrollmentGroupId));
                conditions += " AND enrollment_kind = 'group' AND enrollment_key = @group";
            }

            QuerySql.Fill(command, QuerySubject.Registrations, conditions, query, after, limit + 1);
        },
        limit,
        cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<EnrollmentGroup>> ListGroupsAsync(
        string instanceName, AttestationType type, CancellationToken cancellationToken)
    {
        var groups = await Many(
            _documents.Enrollment,
            (instanceName, type),
            static (session, key) => EnrollmentSql.ListGroups(session, key.instanceName, key.type),
            cancellationToken);
        return [.. groups.Cast<EnrollmentGroup>()];
    }

    /// <inheritdoc/>
    public ValueTask<long> GetGroupsRevisionAsync(string instanceName, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_groupsRevisions.GetValueOrDefault(ColumnText.Key(instanceName), 1));

    /// <inheritdoc/>
    public Task<RegistrationRecord?> FindRegistrationAsync(
        string instanceName, string registrationId, CancellationToken cancellationToken) =>
        One(
            _documents.Registration,
            (instanceName, registrationId),
            static (session, key) => RegistrationSql.Find(session, key.instanceName, key.registrationId),
            cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<RegistrationRecord>> ListGroupRegistrationsAsync(
        string instanceName, string enrollmentGroupId, string? afterId, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return Many(
            _documents.Registration,
            (instanceName, enrollmentGroupId, afterId, limit),
            static (session, page) =>
                RegistrationSql.ListOfGroup(session, page.instanceName, page.enrollmentGroupId, page.afterId, page.limit),
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<RegistrationRecord>> ListUnfinishedRegistrationsAsync(CancellationToken cancellationToken) =>
        Many(_documents.Registration, 0, static (session, _) => RegistrationSql.ListUnfinished(session), cancellationToken);

    /// <inheritdoc/>
    public Task<InstanceUsage> GetUsageAsync(string instanceName, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<InstanceUsage>(cancellationToken);
        return Task.FromResult(_readers.Read(instanceName, static (session, name) => new InstanceUsage(
            UsageSql.Count(session, name, CountedEntity.IndividualEnrollment),
            UsageSql.Count(session, name, CountedEntity.X509Group),
            UsageSql.Count(session, name, CountedEntity.SymmetricKeyGroup),
            UsageSql.Count(session, name, CountedEntity.Registration))));
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<ActivityCount>> ListActivityAsync(
        string instanceName, DateTimeOffset fromUtc, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<IReadOnlyList<ActivityCount>>(cancellationToken);
        return Task.FromResult(_readers.Read(
            (instanceName, fromUtc), static (session, key) => ActivitySql.List(session, key.instanceName, key.fromUtc)));
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<LinkedHub>> ListLinkedHubsAsync(string instanceName, CancellationToken cancellationToken) =>
        Many(_documents.LinkedHub, instanceName, LinkedHubSql.List, cancellationToken);

    /// <inheritdoc/>
    public Task<CaCertificate?> FindCaCertificateAsync(string instanceName, string name, CancellationToken cancellationToken) =>
        One(
            _documents.CaCertificate,
            (instanceName, name),
            static (session, key) => CaCertificateSql.Find(session, key.instanceName, key.name),
            cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<CaCertificate>> ListCaCertificatesAsync(string instanceName, CancellationToken cancellationToken) =>
        Many(_documents.CaCertificate, instanceName, CaCertificateSql.List, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<long> GetCaCertificatesRevisionAsync(string instanceName, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_caCertificatesRevisions.GetValueOrDefault(ColumnText.Key(instanceName), 1));

    /// <inheritdoc/>
    public Task<IReadOnlyList<ExpiringCertificate>> ListExpiringEnrolledCertificatesAsync(
        string instanceName, DateTimeOffset until, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<IReadOnlyList<ExpiringCertificate>>(cancellationToken);
        return Task.FromResult<IReadOnlyList<ExpiringCertificate>>(_readers.Read(
            (instanceName, until, limit),
            static (session, key) => EnrolledCertificateSql.ListExpiring(session, key.instanceName, key.until, key.limit)));
    }

    /// <inheritdoc/>
    public Task<long> CountExpiringEnrolledCertificatesAsync(
        string instanceName, DateTimeOffset until, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<long>(cancellationToken);
        return Task.FromResult(_readers.Read(
            (instanceName, until), static (session, key) => EnrolledCertificateSql.CountExpiring(session, key.instanceName, key.until)));
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<HubCleanup>> ListHubCleanupsAsync(string? instanceName, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return Many(
            _documents.HubCleanup,
            (instanceName, limit),
            static (session, page) => HubCleanupSql.List(session, page.instanceName, page.limit),
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<HubCleanup?> FindHubCleanupAsync(
        string instanceName, string hubHostName, string deviceId, CancellationToken cancellationToken) =>
        One(
            _documents.HubCleanup,
            (instanceName, hubHostName, deviceId),
            static (session, key) => HubCleanupSql.Find(session, key.instanceName, key.hubHostName, key.deviceId),
            cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<AttemptTrace>> ListAttemptTracesAsync(
        string instanceName, AttemptTraceFilter filter, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(filter.Limit, 1, nameof(filter));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(filter.Limit, 1000, nameof(filter));
        return Many(
            _documents.AttemptTrace,
            (instanceName, filter),
            static (session, key) => AttemptTraceSql.List(session, key.instanceName, key.filter),
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<AuditRecord>> ListAsync(string instanceName, AuditFilter filter, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(filter.Limit, 1, nameof(filter));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(filter.Limit, 1000, nameof(filter));
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<IReadOnlyList<AuditRecord>>(cancellationToken);
        var rows = _readers.Read((instanceName, filter), static (session, key) => AuditSql.List(session, key.instanceName, key.filter));
        return Task.FromResult<IReadOnlyList<AuditRecord>>(
            [.. rows.Select(row => new AuditRecord(row.Id, Parse(row.Document, _documents.AuditEntry)))]);
    }

    /// <inheritdoc/>
    public Task<CommitOutcome> CommitAsync(IReadOnlyList<StoreChange> changes, CancellationToken cancellationToken)
    {
        if (changes.Count == 0) return Task.FromResult(CommitOutcome.Committed);
        var prepared = PreparedChange.From(changes, _documents);
        return _writer.RunAsync(
            session => ChangeApplier.Apply(session, prepared),
            outcome =>
            {
                if (outcome == CommitOutcome.Committed) Committed(prepared);
            },
            cancellationToken);
    }

    /// <summary>Writes what waits, then closes the database.</summary>
    public ValueTask DisposeAsync() => Database.DisposeAsync();

    private void Committed(PreparedChange[] changes)
    {
        _tracePruner.Committed(changes);
        _auditPruner.Committed(changes);
        foreach (var prepared in changes)
        {
            var instance = prepared.Change switch
            {
                PutEnrollment { Enrollment: EnrollmentGroup group } => group.InstanceName,
                DeleteEnrollment { Kind: EnrollmentKind.Group } delete => delete.InstanceName,
                DeleteInstance delete => delete.Name,
                _ => null,
            };
            if (instance is not null) _groupsRevisions.AddOrUpdate(ColumnText.Key(instance), 2, static (_, revision) => revision + 1);
            instance = prepared.Change switch
            {
                PutCaCertificate put => put.Certificate.InstanceName,
                DeleteCaCertificate delete => delete.InstanceName,
                DeleteInstance delete => delete.Name,
                _ => null,
            };
            if (instance is not null) _caCertificatesRevisions.AddOrUpdate(ColumnText.Key(instance), 2, static (_, revision) => revision + 1);
        }
    }

    private Task<T?> One<TKey, T>(
        JsonTypeInfo<T> type, TKey key, Func<SqliteSession, TKey, byte[]?> read, CancellationToken cancellationToken)
        where T : class
    {
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<T?>(cancellationToken);
        var document = _readers.Read(key, read);
        return Task.FromResult(document is null ? null : Parse(document, type));
    }

    private Task<IReadOnlyList<T>> Many<TKey, T>(
        JsonTypeInfo<T> type, TKey key, Func<SqliteSession, TKey, List<byte[]>> read, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<IReadOnlyList<T>>(cancellationToken);
        var documents = _readers.Read(key, read);
        var items = new T[documents.Count];
        for (var i = 0; i < items.Length; i++) items[i] = Parse(documents[i], type);
        return Task.FromResult<IReadOnlyList<T>>(items);
    }

    private static T Parse<T>(byte[] document, JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(document, type) ?? throw new JsonException("A stored document is null: the database is damaged.");
}
