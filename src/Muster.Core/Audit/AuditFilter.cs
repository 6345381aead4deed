namespace Muster.Core.Audit;

/// <summary>Which audit entries to list, newest first.</summary>
public sealed record AuditFilter
{
    /// <summary>Only entries about this kind of thing; null means all.</summary>
    public AuditEntity? Entity { get; init; }

    /// <summary>Only entries about this ID, without case; null means all.</summary>
    public string? EntityId { get; init; }

    /// <summary>Only entries older than that <see cref="AuditRecord.Number"/>; null begins at the newest.</summary>
    public long? Before { get; init; }

    /// <summary>At most this many, 1 to 1000.</summary>
    public int Limit { get; init; } = 100;
}
