using Muster.Core.Enrollments;

namespace Muster.Core.Audit;

/// <summary>Who changed what, when, from where. It holds no secret values (service-api S-10, behaviour B-16).</summary>
public sealed record AuditEntry
{
    /// <summary>The instance.</summary>
    public required string InstanceName { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset AtUtc { get; init; }

    /// <summary>Who, from where.</summary>
    public required AuditCaller Caller { get; init; }

    /// <summary>What was done.</summary>
    public required AuditAction Action { get; init; }

    /// <summary>To what kind of thing.</summary>
    public required AuditEntity Entity { get; init; }

    /// <summary>To which one: its ID or name.</summary>
    public required string EntityId { get; init; }

    /// <summary>The members that changed, ordered by path; empty for deletions. A disclosure may name what it showed, without values.</summary>
    public IReadOnlyList<AuditChange> Changes { get; init; } = [];

    /// <summary>
    /// What an enrollment said after the write, without credentials; null for other things, and for writes from before versions were kept.
    /// </summary>
    public EnrollmentSettings? Settings { get; init; }

    /// <summary>The entry of a write.</summary>
    /// <param name="caller">Who.</param>
    /// <param name="entity">To what kind of thing.</param>
    /// <param name="instanceName">The instance.</param>
    /// <param name="entityId">To which one.</param>
    /// <param name="before">What was stored; null makes it a creation.</param>
    /// <param name="after">What is stored now; null makes it a deletion.</param>
    /// <param name="now">When.</param>
    public static AuditEntry Of(
        AuditCaller caller,
        AuditEntity entity,
        string instanceName,
        string entityId,
        AuditMembers? before,
        AuditMembers? after,
        DateTimeOffset now) => new()
        {
            InstanceName = instanceName,
            AtUtc = now,
            Caller = caller,
            Action = before is null ? AuditAction.Create : after is null ? AuditAction.Delete : AuditAction.Update,
            Entity = entity,
            EntityId = entityId,
            Changes = after?.Since(before ?? new AuditMembers()) ?? [],
        };
}
