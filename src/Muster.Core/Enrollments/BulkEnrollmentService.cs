using Muster.Core.Audit;
using Muster.Core.Concurrency;
using Muster.Core.Errors;
using Muster.Core.Instances;

namespace Muster.Core.Enrollments;

/// <summary>Runs the items of a bulk call one after another; each stands for itself (service-api S-8.4).</summary>
/// <param name="enrollments">Does the work.</param>
public sealed class BulkEnrollmentService(EnrollmentService enrollments)
{
    /// <summary>Most items of a call.</summary>
    public const int MaxItems = 10;

    /// <summary>Runs all items in order.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="instance">The provisioning service.</param>
    /// <param name="kind">Individual or group.</param>
    /// <param name="mode">What to do with each.</param>
    /// <param name="items">1 to <see cref="MaxItems"/> items.</param>
    /// <param name="cancellationToken">Ends before the next item.</param>
    /// <returns>The errors of those that were refused, in order; or the refusal of the call as a whole, 400004.</returns>
    public async Task<Result<BulkOutcome>> RunAsync(
        AuditCaller caller,
        ProvisioningInstance instance,
        EnrollmentKind kind,
        BulkMode mode,
        IReadOnlyList<BulkItem> items,
        CancellationToken cancellationToken)
    {
        if (items.Count is 0 or > MaxItems)
            return Refusals.InvalidArgument($"A bulk operation takes 1 to {MaxItems} items; {items.Count} were given.");

        var errors = new List<BulkItemError>();
        foreach (var item in items)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var refusal = item.Unreadable ?? await RunAsync(caller, instance, kind, mode, item, cancellationToken);
            if (refusal is not null) errors.Add(new BulkItemError(item.Id, refusal));
        }

        return new BulkOutcome(errors);
    }

    private async Task<Refusal?> RunAsync(
        AuditCaller caller,
        ProvisioningInstance instance,
        EnrollmentKind kind,
        BulkMode mode,
        BulkItem item,
        CancellationToken cancellationToken)
    {
        if (item.Id.Length == 0) return Refusals.InvalidMember(EnrollmentRules.IdMember(kind), "it is required.");
        var isGiven = mode != BulkMode.Create && !string.IsNullOrWhiteSpace(item.ETag);
        var condition = isGiven ? ETagCondition.Parse(item.ETag) : ETagCondition.None;
        if (isGiven && condition.IsNone) return Refusals.InvalidMember("etag", "it is not an entity tag.");
        if (mode == BulkMode.UpdateIfMatchETag && condition.IsNone)
            return Refusals.InvalidMember("etag", "it is required in the mode 'updateIfMatchETag'.");

        if (mode == BulkMode.Delete) return await enrollments.DeleteAsync(caller, instance, kind, item.Id, condition, cancellationToken);
        var definition = item.Definition ?? new EnrollmentDefinition();
        var result = await enrollments.PutAsync(caller, instance, kind, item.Id, definition, condition, cancellationToken);
        return result.Refusal;
    }
}
