using Muster.Core.Allocation;
using Muster.Core.Attestation;
using Muster.Core.Audit;
using Muster.Core.Concurrency;
using Muster.Core.Errors;
using Muster.Core.Instances;
using Muster.Core.Quotas;
using Muster.Core.Store;

namespace Muster.Core.Enrollments;

/// <summary>
/// Creates, replaces, reads and deletes enrollments, whoever asks: service API, portal or command line. Writers of one ID come one
/// after another in this process; other processes are met by the store's conditional commit (service-api S-5).
/// </summary>
/// <param name="store">The store.</param>
/// <param name="time">The clock.</param>
/// <param name="webhooks">Whether webhooks may be plain http; null means they may not.</param>
public sealed class EnrollmentService(IProvisioningStore store, TimeProvider time, WebhookOptions? webhooks = null)
{
    private readonly KeyedLock<(string Instance, EnrollmentKind Kind, string Id)> _writers = new();

    /// <summary>Whether a webhook may be plain http here, for forms that judge before they send.</summary>
    public bool AllowsHttpWebhooks => webhooks?.AllowsHttp ?? false;

    /// <summary>One enrollment, or the refusal 404201 / 404204; 400004 for an ID that none can have.</summary>
    public async Task<Result<Enrollment>> FindAsync(
        ProvisioningInstance instance, EnrollmentKind kind, string id, CancellationToken cancellationToken)
    {
        if (EnrollmentRules.CheckId(kind, id) is { } invalid) return invalid;
        var enrollment = await store.FindEnrollmentAsync(instance.Name, kind, id, cancellationToken);
        return enrollment is null ? NotFound(kind) : enrollment;
    }

    /// <summary>
    /// Creates or fully replaces an enrollment. Without a condition it creates only; with one it replaces only. Absent members are
    /// removed, except credentials that the caller left out and members that its version does not know, which are kept.
    /// </summary>
    /// <param name="caller">Who asks, for the audit entry that is committed with the change.</param>
    /// <param name="instance">The provisioning service.</param>
    /// <param name="kind">Individual or group.</param>
    /// <param name="id">The addressed ID; an existing enrollment keeps the spelling it was created with.</param>
    /// <param name="definition">What the enrollment shall be.</param>
    /// <param name="condition">The condition on the stored etag.</param>
    /// <param name="cancellationToken">Gives up before the commit; a commit that began may still take effect.</param>
    /// <returns>The stored enrollment, or the refusal: 400004, 403101, 404201, 404204, 409201, 409202, 409204, 412001.</returns>
    public async Task<Result<Enrollment>> PutAsync(
        AuditCaller caller,
        ProvisioningInstance instance,
        EnrollmentKind kind,
        string id,
        EnrollmentDefinition definition,
        ETagCondition condition,
        CancellationToken cancellationToken)
    {
        if (EnrollmentRules.Check(kind, id, definition, AllowsHttpWebhooks) is { } invalid) return invalid;
        if (CertificatePolicyRules.Resolve(definition, stored: null, out _) is { } invalidPolicy) return invalidPolicy;
        var linkedHubs = await store.ListLinkedHubsAsync(instance.Name, cancellationToken);
        if (EnrollmentRules.CheckHubsAreLinked(definition, linkedHubs) is { } notLinked) return notLinked;
        if (await CheckReferencesAsync(instance, definition, cancellationToken) is { } unknown) return unknown;

        using var turn = await _writers.AcquireAsync(Key(instance, kind, id), cancellationToken);

        // A conflict means that another process wrote in between: the condition is judged anew against what it left.
        while (true)
        {
            var stored = await store.FindEnrollmentAsync(instance.Name, kind, id, cancellationToken);
            if (CheckPutCondition(kind, stored, condition) is { } refused) return refused;
            if (!CredentialMerge.Merge(stored?.Attestation, definition.Attestation!).Try(out var attestation, out var unmergeable))
                return unmergeable;
            CertificatePolicyRules.Resolve(definition, stored?.CertificatePolicy, out var policy);

            var enrollment = EnrollmentAssembly.Build(
                instance.Name, kind, id, definition, attestation, policy, stored, WriteTime(stored));
            List<StoreChange> changes =
                [new PutEnrollment(enrollment, stored?.ETag), new AppendAuditEntry(EnrollmentAudit.Written(caller, stored, enrollment))];
            var quota = stored is null ? QuotaFor(instance, enrollment) : null;
            if (quota is not null) changes.Insert(0, quota);
            switch (await store.CommitAsync(changes, cancellationToken))
            {
                case CommitOutcome.Committed: return enrollment;
                case CommitOutcome.CertificateInUse: return Refusals.CertificateInUse;
                case CommitOutcome.QuotaReached: return QuotaRefusals.Reached(quota!);
            }
        }
    }

    /// <summary>
    /// Deletes an enrollment. The registration record of an individual goes with it; records of a group stay (behaviour B-12).
    /// </summary>
    /// <param name="caller">Who asks, for the audit entry that is committed with the change.</param>
    /// <param name="instance">The provisioning service.</param>
    /// <param name="kind">Individual or group.</param>
    /// <param name="id">Which one.</param>
    /// <param name="condition">The condition on the stored etag.</param>
    /// <param name="cancellationToken">Gives up before the commit; a commit that began may still take effect.</param>
    /// <returns>Null when it is deleted; else the refusal: 400004, 404201, 404204, 412001.</returns>
    public async Task<Refusal?> DeleteAsync(
        AuditCaller caller,
        ProvisioningInstance instance,
        EnrollmentKind kind,
        string id,
        ETagCondition condition,
        CancellationToken cancellationToken)
    {
        if (EnrollmentRules.CheckId(kind, id) is { } invalid) return invalid;
        using var turn = await _writers.AcquireAsync(Key(instance, kind, id), cancellationToken);
        while (true)
        {
            var stored = await store.FindEnrollmentAsync(instance.Name, kind, id, cancellationToken);
            if (stored is null) return NotFound(kind);
            if (!condition.IsSatisfiedBy(stored.ETag)) return Refusals.ETagMismatch;

            List<StoreChange> changes = [new DeleteEnrollment(instance.Name, kind, stored.Id, stored.ETag)];
            if (kind == EnrollmentKind.Individual) changes.Add(new DeleteRegistration(instance.Name, stored.Id, IfETag: null));
            changes.Add(new AppendAuditEntry(EnrollmentAudit.Of(caller, stored, AuditAction.Delete, time.GetUtcNow())));
            if (await store.CommitAsync(changes, cancellationToken) == CommitOutcome.Committed) return null;
        }
    }

    /// <summary>As the other overload, for writes that nobody outside asked for.</summary>
    public Task<Result<Enrollment>> PutAsync(
        ProvisioningInstance instance,
        EnrollmentKind kind,
        string id,
        EnrollmentDefinition definition,
        ETagCondition condition,
        CancellationToken cancellationToken) =>
        PutAsync(AuditCaller.Process, instance, kind, id, definition, condition, cancellationToken);

    /// <summary>As the other overload, for deletions that nobody outside asked for.</summary>
    public Task<Refusal?> DeleteAsync(
        ProvisioningInstance instance, EnrollmentKind kind, string id, ETagCondition condition, CancellationToken cancellationToken) =>
        DeleteAsync(AuditCaller.Process, instance, kind, id, condition, cancellationToken);

    /// <summary>
    /// One enrollment for a caller that is going to see its keys: the disclosure is on record before they leave (service-api S-7.4).
    /// </summary>
    /// <returns>The enrollment, or the refusal: 400004, 404201, 404204.</returns>
    public async Task<Result<Enrollment>> RevealAsync(
        AuditCaller caller, ProvisioningInstance instance, EnrollmentKind kind, string id, CancellationToken cancellationToken)
    {
        var found = await FindAsync(instance, kind, id, cancellationToken);
        if (!found.Try(out var enrollment, out _)) return found;
        var entry = EnrollmentAudit.Of(caller, enrollment, AuditAction.RevealKeys, time.GetUtcNow());
        await store.CommitAsync([new AppendAuditEntry(entry)], cancellationToken);
        return found;
    }

    // Unverified ones are accepted: their devices are refused until they are verified (service-api S-6.7 rule 5).
    private async Task<Refusal?> CheckReferencesAsync(
        ProvisioningInstance instance, EnrollmentDefinition definition, CancellationToken cancellationToken)
    {
        if (definition.Attestation?.X509?.CaReferences is not { } references) return null;
        foreach (var (slot, name) in new[] { ("primary", references.Primary), ("secondary", references.Secondary) })
        {
            if (string.IsNullOrEmpty(name) || await store.FindCaCertificateAsync(instance.Name, name, cancellationToken) is not null) continue;
            return Refusals.InvalidMember($"attestation.x509.caReferences.{slot}", $"there is no CA certificate '{name}'.");
        }

        return null;
    }

    private static Refusal? CheckPutCondition(EnrollmentKind kind, Enrollment? stored, ETagCondition condition)
    {
        if (stored is null) return condition.IsNone || condition.MustNotExist ? null : NotFound(kind);
        if (condition.IsNone) return kind == EnrollmentKind.Individual ? Refusals.EnrollmentExists : Refusals.EnrollmentGroupExists;
        return condition.IsSatisfiedBy(stored.ETag) ? null : Refusals.ETagMismatch;
    }

    private static RequireQuota? QuotaFor(ProvisioningInstance instance, Enrollment enrollment)
    {
        var entity = enrollment.Kind == EnrollmentKind.Individual ? CountedEntity.IndividualEnrollment
            : enrollment.Attestation.Type == AttestationType.X509 ? CountedEntity.X509Group
            : CountedEntity.SymmetricKeyGroup;
        return instance.Quotas?.LimitOf(entity) is { } limit ? new RequireQuota(instance.Name, entity, limit) : null;
    }

    private static Refusal NotFound(EnrollmentKind kind) =>
        kind == EnrollmentKind.Individual ? Refusals.EnrollmentNotFound : Refusals.EnrollmentGroupNotFound;

    private static (string Instance, EnrollmentKind Kind, string Id) Key(ProvisioningInstance instance, EnrollmentKind kind, string id) =>
        (instance.Name, kind, id.ToUpperInvariant());

    // The last update moves with every write, even when the clock stood still or was set back.
    private DateTimeOffset WriteTime(Enrollment? stored)
    {
        var now = time.GetUtcNow();
        return stored is not null && now <= stored.LastUpdatedUtc ? stored.LastUpdatedUtc.AddTicks(1) : now;
    }
}
