using Muster.Core.Audit;
using Muster.Core.Concurrency;
using Muster.Core.Enrollments;
using Muster.Core.Errors;
using Muster.Core.Instances;
using Muster.Core.Store;

namespace Muster.Core.Registration;

/// <summary>Reads and deletes registration records; only devices create and change them (behaviour B-11, service-api S-7.5).</summary>
/// <param name="store">The store.</param>
/// <param name="time">The clock.</param>
public sealed class RegistrationRecordService(IProvisioningStore store, TimeProvider time)
{
    /// <summary>The record of a registration ID, made through an individual or a group; else the refusal 404202 or 400004.</summary>
    public async Task<Result<RegistrationRecord>> FindAsync(
        ProvisioningInstance instance, string registrationId, CancellationToken cancellationToken)
    {
        if (EnrollmentRules.CheckId(EnrollmentKind.Individual, registrationId) is { } invalid) return invalid;
        var record = await store.FindRegistrationAsync(instance.Name, registrationId, cancellationToken);
        return record is null ? Refusals.RegistrationNotFound : record;
    }

    /// <summary>Deletes a record; neither the hub identity nor the enrollment is touched.</summary>
    /// <param name="caller">Who asks, for the audit entry that is committed with the change.</param>
    /// <param name="instance">The provisioning service.</param>
    /// <param name="registrationId">Whose record.</param>
    /// <param name="condition">The condition on the record's etag.</param>
    /// <param name="cancellationToken">Gives up before the commit.</param>
    /// <returns>Null when it is deleted; else the refusal: 400004, 404202, 412001.</returns>
    public async Task<Refusal?> DeleteAsync(
        AuditCaller caller,
        ProvisioningInstance instance,
        string registrationId,
        ETagCondition condition,
        CancellationToken cancellationToken)
    {
        if (EnrollmentRules.CheckId(EnrollmentKind.Individual, registrationId) is { } invalid) return invalid;
        while (true)
        {
            var record = await store.FindRegistrationAsync(instance.Name, registrationId, cancellationToken);
            if (record is null) return Refusals.RegistrationNotFound;
            if (!condition.IsSatisfiedBy(record.ETag)) return Refusals.ETagMismatch;

            // A conflict means that the device registered in between: the condition is judged anew.
            var entry = new AuditEntry
            {
                InstanceName = instance.Name,
                AtUtc = time.GetUtcNow(),
                Caller = caller,
                Action = AuditAction.Delete,
                Entity = AuditEntity.Registration,
                EntityId = record.RegistrationId,
            };
            var change = new DeleteRegistration(instance.Name, record.RegistrationId, record.ETag);
            if (await store.CommitAsync([change, new AppendAuditEntry(entry)], cancellationToken) == CommitOutcome.Committed) return null;
        }
    }

    /// <summary>As the other overload, for deletions that nobody outside asked for.</summary>
    public Task<Refusal?> DeleteAsync(
        ProvisioningInstance instance, string registrationId, ETagCondition condition, CancellationToken cancellationToken) =>
        DeleteAsync(AuditCaller.Process, instance, registrationId, condition, cancellationToken);
}
