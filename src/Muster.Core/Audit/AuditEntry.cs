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

    /// <summary>The members that changed, ordered by path; empty for deletions and disclosures.</summary>
    public IReadOnlyList<AuditChange> Changes { get; init; } = [];
}
